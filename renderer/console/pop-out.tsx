export interface PopOutProps {
  readonly machineId: string;
  readonly consoleId: string;
}

export default function PopOut({ machineId, consoleId }: PopOutProps) {
  return <div>{machineId + consoleId}</div>;
}
