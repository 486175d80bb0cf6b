/* What the spawn workload starts. */
int main(void) { return 0; }
