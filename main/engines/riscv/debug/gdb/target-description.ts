/** What the target is, in GDB's XML (GDB manual, appendix G, "Target Descriptions"). */
import { FEATURES, REGISTERS } from './registers.ts';

export function targetDescription(): string {
  const features = FEATURES.map((feature) => {
    const rows = REGISTERS.filter((register) => register.feature === feature).map(
      ({ name, number, bits, type }) => `    <reg name="${name}" bitsize="${bits}" regnum="${number}" type="${type}"/>`,
    );
    return `  <feature name="org.gnu.gdb.riscv.${feature}">\n${rows.join('\n')}\n  </feature>`;
  });
  return `<?xml version="1.0"?>
<!DOCTYPE target SYSTEM "gdb-target.dtd">
<target version="1.0">
  <architecture>riscv:rv64</architecture>
${features.join('\n')}
</target>
`;
}
