import { CancelledError, InputError } from '../../../shared/domain/errors.ts';
import { initialise } from '../../engine/nn/initialise.ts';
import { buildModel } from '../../engine/nn/heads.ts';
import { adamWDefaults } from '../../engine/optim/adamw.ts';
import { device } from '../../engine/session/device.ts';
import { namedWeights } from '../../engine/session/state/layout.ts';
import { TrainingSession } from '../../engine/session/training-session.ts';
import { taskDefinition } from '../../engine/tasks/index.ts';
import { readCheckpoint, writeCheckpoint } from '../../engine/train/checkpoint.ts';
import type { RunControl } from '../../engine/train/control.ts';
import { estimate } from '../../engine/train/estimate.ts';
import { evaluate } from '../../engine/train/evaluate.ts';
import type { TrainingEvent, TrainingResult } from '../../engine/train/events.ts';
import { train } from '../../engine/train/loop.ts';
import { start } from '../../engine/train/progress.ts';
import type { TrainingData } from '../../engine/train/trainee.ts';
import { readConfig, writeConfig, type BertConfig } from '../../engine/weights/config.ts';
import { readModelWeights, writeModelWeights } from '../../engine/weights/folder.ts';
import { matchParameters } from '../../engine/weights/names.ts';
import type { Weights } from '../../engine/weights/tensors.ts';
import type { TrainJob } from '../../runs/jobs.ts';
import { MetricsLog } from './metrics-log.ts';

interface Around {
  readonly control: RunControl;
  readonly report: (event: TrainingEvent) => void;
  readonly whenCancelled: (terminate: () => void) => void;
}

const seconds = () => performance.now() / 1000;

/** Fine-tunes a model; leaves it in the run's folder with its checkpoint and `metrics.jsonl`. */
export async function trainJob(job: TrainJob, { control, report, whenCancelled }: Around): Promise<TrainingResult> {
  const task = taskDefinition(job.task), base = await readConfig(job.model.folder);
  const config = task.configure(base, job.labels);
  const { hyperparameters } = job, { batchSize, tokenBudget, seed } = hyperparameters;
  // A GPU compiles its kernels anew for every shape.
  const batching = { batchSize, tokenBudget, lengthMultiple: job.device === 'cpu' ? 1 : 16, longest: config.maxPositionEmbeddings };
  const data: TrainingData = { task, labels: job.labels, padId: job.padId, batching, train: job.train, dev: job.dev };
  const session = new TrainingSession(buildModel(config, task.head, { training: true }), buildModel(config, task.head).outputs, {
    device: device(job.device, job.threads), recompute: hyperparameters.recompute,
    adamW: { ...adamWDefaults, weightDecay: hyperparameters.weightDecay, maxGradientNorm: hyperparameters.maxGradientNorm },
  });
  whenCancelled(() => session.terminate());
  const log = new MetricsLog(job.out);
  const tell = (event: TrainingEvent) => {
    report(event);
    if (event.type === 'evaluation' || (event.type === 'step' && (event.step % Math.ceil(event.steps / 200) === 0 || event.step === 1))) log.add(event);
  };

  let progress = start;
  if (job.resume) {
    const checkpoint = await readCheckpoint(job.out, session.layout.length);
    await session.state.write(checkpoint.state);
    progress = checkpoint.progress;
  } else {
    report({ type: 'estimate', ...(await estimate(session, data, hyperparameters, seconds)) });
    const loaded = await startingWeights(session, config, base, job, seed);
    report({ type: 'loaded', device: job.device, ...loaded });
  }
  // Also from step 0: a run killed before its first checkpoint has lines, and begins anew.
  await log.rewind(progress.step);

  const saveBest = async () => {
    const weights: Weights = namedWeights(session.layout, await session.state.readWeights());
    await writeModelWeights(job.out, weights);
    await writeConfig(job.out, { ...config, extra: { ...config.extra, dtype: 'float32' } });
  };
  const { progress: end, stopped } = await train(session, data, hyperparameters, progress, {
    control, now: seconds, report: tell, saveBest,
    saveCheckpoint: async (current) => {
      await log.written();
      await writeCheckpoint(job.out, await session.state.read(), current);
    },
  });
  if (!end.best) throw new CancelledError('Training was stopped before the first evaluation: there is no model to keep yet.');
  return { ...(await finalScores(session, job, data)), bestEpoch: end.best.epoch, steps: end.step, stopped, history: end.history, seconds: end.seconds, tokensPerSecond: end.tokens / end.seconds, peakMemory: process.resourceUsage().maxRSS * 1024 };
}

/** Loads the base model, or draws every weight, and gives the head a start. */
async function startingWeights(session: TrainingSession, config: BertConfig, base: BertConfig, job: TrainJob, seed: number): Promise<{ parameters: number; missing: string[]; unexpected: string[] }> {
  const parts = session.layout.placed.flatMap(({ parameter }) => parameter.parts.map((part) => ({ ...part, initial: parameter.initial })));
  const sameLabels = base.id2label?.join('\n') === job.labels.join('\n');
  const expected = new Map(parts.filter(({ name }) => name.startsWith('bert.') || sameLabels).map(({ name, shape }) => [name, shape]));
  const { found, missing, unexpected } = job.model.init === 'random' ? { found: new Map() as Weights, missing: [...expected.keys()], unexpected: [] } : matchParameters(await readModelWeights(job.model.folder), expected);
  const lacking = missing.filter((name) => name.startsWith('bert.') && !name.startsWith('bert.pooler.'));
  if (job.model.init === 'pretrained' && lacking.length) {
    throw new InputError('weights-incomplete', `The model in ${job.model.folder} lacks ${lacking.length} of the encoder's weights, among them “${lacking[0]}”; choose another model, or train from scratch with --init random.`);
  }
  const flat = new Float32Array(session.layout.length), windows = namedWeights(session.layout, flat);
  for (const { name, shape, initial } of parts) {
    const window = windows.get(name)?.data as Float32Array;
    window.set(found.get(name)?.data ?? initialise(name, shape.reduce((product, dimension) => product * dimension, 1), initial, config.initializerRange, seed));
  }
  await session.state.write({ weights: flat, firstMoments: new Float32Array(flat.length), secondMoments: new Float32Array(flat.length) });
  return { parameters: parts.reduce((total, { shape }) => total + shape.reduce((product, dimension) => product * dimension, 1), 0), missing: parts.map(({ name }) => name).filter((name) => !found.has(name)), unexpected };
}

/** Scores of the best model with their intervals; the test split is looked at only here. */
async function finalScores(session: TrainingSession, job: TrainJob, data: TrainingData): Promise<Pick<TrainingResult, 'dev' | 'test'>> {
  const best = await readModelWeights(job.out), flat = new Float32Array(session.layout.length);
  for (const [name, { data: window }] of namedWeights(session.layout, flat)) window.set(best.get(name)?.data as Float32Array);
  const moments = new Float32Array(flat.length);
  await session.state.write({ weights: flat, firstMoments: moments, secondMoments: moments });
  const dev = (await evaluate(session, job.dev, data)).metrics;
  return { dev, ...(job.test && { test: (await evaluate(session, job.test, data)).metrics }) };
}
