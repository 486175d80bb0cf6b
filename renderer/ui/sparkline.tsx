import { areaPath, sparkPath } from './spark-path.ts';

export interface SparklineProps {
  /** Oldest first. */
  readonly values: readonly number[];
  /** The top of the picture. */
  readonly max: number;
  readonly width?: number;
  readonly height?: number;
  /** How many values the width stands for. */
  readonly slots?: number;
  /** Stretches to its box, for wide ones. */
  readonly stretch?: boolean;
}

/** A decoration: the figures stand beside it. */
export function Sparkline({ values, max, width = 48, height = 16, slots = 60, stretch = false }: SparklineProps) {
  const line = sparkPath(values, width, height, max, slots);
  return (
    <svg
      className={stretch ? 'spark spark-stretch' : 'spark'}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio={stretch ? 'none' : 'xMidYMid meet'}
      aria-hidden
      focusable={false}
    >
      {/* Where the line is to come, while there are few values yet */}
      {values.length > 0 && <path className="spark-base" d={`M0 ${height - 1}H${width}`} />}
      {line !== '' && (
        <>
          <path className="spark-area" d={areaPath(line, width, height)} />
          <path className="spark-line" d={line} />
        </>
      )}
    </svg>
  );
}
