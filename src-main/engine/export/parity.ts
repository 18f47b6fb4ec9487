import { join } from 'node:path';
import type { Batch } from '../session/shaped-sessions.ts';
import { writeFileAtomically } from '../weights/atomic.ts';
import { readJsonObject } from '../weights/reading.ts';
import { decisionsOf, realOutputs, type Outputs } from './decisions.ts';
import { exists, stopIfAsked, type FileSizes } from './folder.ts';
import type { OnnxFormat } from './formats.ts';
import type { TrainedModel } from './trained-model.ts';

/** How an exported file compares with the model it was made of, on the same texts. */
export interface ParityReport {
  readonly format: OnnxFormat;
  readonly rows: number;
  /** Largest absolute difference of a logit; padding does not count. Null where a logit of the file is not a finite number. */
  readonly largestDifference: number | null;
  /** What it may be at most, where float32 rounding is all that may differ. */
  readonly tolerance?: number;
  /** Absent for regression, which decides nothing. */
  readonly decisions?: { readonly compared: number; readonly equal: number; readonly share: number };
  /** By name. `drop` is by how much the file scores less. */
  readonly scores?: Readonly<Record<string, { readonly engine: number; readonly exported: number; readonly drop: number }>>;
  /** Bytes. */
  readonly files: FileSizes;
  readonly warnings: readonly ParityWarning[];
}

export interface ParityWarning {
  readonly code: 'logits-differ' | 'logits-not-finite' | 'score-drop';
  readonly message: string;
}

export interface Comparison {
  readonly model: Pick<TrainedModel, 'head' | 'task'>;
  readonly format: OnnxFormat;
  readonly batches: Iterable<Batch> | AsyncIterable<Batch>;
  /** Runs the model in the engine. */
  readonly engine: (batch: Batch) => Promise<Outputs>;
  /** Runs the file. */
  readonly exported: (batch: Batch) => Promise<Outputs>;
  /** Scores of the outputs for all batches in their order; the higher, the better each. */
  readonly score?: (outputs: readonly Outputs[]) => Readonly<Record<string, number>>;
  readonly files: FileSizes;
  readonly signal?: AbortSignal | undefined;
}

const tolerances: Partial<Record<OnnxFormat, number>> = { onnx: 1e-4 };
/** Half a point: less is within what a few changed texts make. */
const noticeableDrop = 0.005;

/** Runs both on every batch. What is out of tolerance is a warning in the report. @throws {CancelledError} */
export async function comparePredictions({ model, format, batches, engine, exported, score, files, signal }: Comparison): Promise<ParityReport> {
  let rows = 0, compared = 0, equal = 0, largest = 0;
  const collected: { engine: Outputs[]; exported: Outputs[] } = { engine: [], exported: [] };
  for await (const batch of batches) {
    stopIfAsked(signal);
    const ours = await engine(batch), theirs = await exported(batch);
    for (const { name, index, value } of realOutputs(model, ours, batch)) {
      const difference = Math.abs(value - (theirs.get(name)?.[index] ?? NaN));
      largest = Number.isFinite(difference) ? Math.max(largest, difference) : Infinity;
    }
    const [ourDecisions, theirDecisions] = [decisionsOf(model, ours, batch), decisionsOf(model, theirs, batch)];
    compared += ourDecisions.length;
    equal += ourDecisions.filter((decision, index) => decision === theirDecisions[index]).length;
    rows += batch.size;
    if (score) {
      collected.engine.push(ours);
      collected.exported.push(theirs);
    }
  }
  const tolerance = tolerances[format];
  const scores = score && comparedScores(score(collected.engine), score(collected.exported));
  return {
    format, rows, largestDifference: Number.isFinite(largest) ? largest : null,
    ...(tolerance !== undefined && { tolerance }),
    ...(compared > 0 && { decisions: { compared, equal, share: equal / compared } }),
    ...(scores && { scores }),
    files, warnings: [...differenceWarnings(largest, tolerance), ...scoreWarnings(scores ?? {})],
  };
}

type Scores = NonNullable<ParityReport['scores']>;

const comparedScores = (engine: Readonly<Record<string, number>>, exported: Readonly<Record<string, number>>): Scores =>
  Object.fromEntries(Object.entries(engine).map(([name, value]) => [name, { engine: value, exported: exported[name] ?? NaN, drop: value - (exported[name] ?? NaN) }]));

function differenceWarnings(largest: number, tolerance: number | undefined): ParityWarning[] {
  if (!Number.isFinite(largest)) return [{ code: 'logits-not-finite', message: 'The exported model gives values that are no numbers for some texts: do not use it; export the model in float32.' }];
  if (tolerance === undefined || largest <= tolerance) return [];
  return [{ code: 'logits-differ', message: `The exported model’s values differ by up to ${largest.toPrecision(2)} from the trained model’s, more than the ${tolerance} that rounding explains: do not rely on it before the cause is known.` }];
}

const scoreWarnings = (scores: Scores): ParityWarning[] =>
  Object.entries(scores).filter(([, { drop }]) => drop > noticeableDrop).map(([name, { engine, exported }]) => ({
    code: 'score-drop', message: `The exported model scores ${exported.toFixed(4)} instead of ${engine.toFixed(4)} in ${name}: where that matters, use a more precise format.`,
  }));

const fileName = 'parity.json';
/** Reports are a few kilobytes. */
const maxFileBytes = 10_000_000;

/** Writes the report to `parity.json`, by format, beside those of other formats in the same folder. @throws {MachineError} as `writeFileAtomically` */
export async function writeParity(folder: string, report: ParityReport): Promise<void> {
  const path = join(folder, fileName);
  const before = (await exists(path)) ? await readJsonObject(path, maxFileBytes) : {};
  await writeFileAtomically(path, `${JSON.stringify({ ...before, [report.format]: report }, undefined, 2)}\n`);
}
