/** What is measured of each row and library, per operation and in each round. Times in microseconds. */
export const figureNames = ['wallUs', 'cpuUs', 'p50Us', 'p99Us', 'bytes', 'commands', 'loads'] as const
export type FigureName = (typeof figureNames)[number]

/** Null: not known. */
export type Figures = Readonly<Record<FigureName, number | null>>
