/** Hands a file to the user, as a download. */
export function saveFile(name: string, content: BlobPart, type = 'text/plain;charset=utf-8'): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has the address by the time that the next task runs.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
