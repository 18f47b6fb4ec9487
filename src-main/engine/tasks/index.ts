import type { Task } from '../../../shared/domain/tasks.ts';
import type { TaskDefinition } from './task.ts';
import { classification, multilabel, regression } from './text-classification.ts';

/** The tasks the engine trains. */
export const trainableTasks = ['classification', 'multilabel', 'regression', 'pair'] as const satisfies readonly Task[];
export type TrainableTask = (typeof trainableTasks)[number];

export const isTrainable = (task: Task): task is TrainableTask => (trainableTasks as readonly Task[]).includes(task);

const definitions: Record<TrainableTask, TaskDefinition> = { classification, multilabel, regression, pair: classification };

export const taskDefinition = (task: TrainableTask): TaskDefinition => definitions[task];
