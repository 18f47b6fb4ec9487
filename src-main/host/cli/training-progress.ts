import { taskDefinition } from '../../engine/tasks/index.ts';
import type { TrainingEvent } from '../../engine/train/events.ts';
import type { Plan } from '../../runs/fine-tune.ts';
import { titles } from '../../runs/score-titles.ts';
import { count, duration, score } from './format.ts';
import type { Output } from './output.ts';
import { weightsLine } from './weights-line.ts';

/** Shows how a run goes: an estimate, a line for the step, and one that stays for each epoch. */
export function reportTraining({ record: { task, hyperparameters, model } }: Plan, output: Output): (event: TrainingEvent) => void {
  const { mainScore } = taskDefinition(task), title = titles[mainScore] ?? mainScore;
  let dev = '';
  return (event) => {
    // From scratch every weight is new, which the plan has said.
    const weights = event.type === 'loaded' && model.init === 'pretrained' && weightsLine(event);
    if (weights) output.log(weights);
    if (event.type === 'estimate') output.log(`About ${duration(event.seconds)} for ${count(event.steps)} steps, at ${count(event.tokensPerSecond)} tokens/s.`);
    if (event.type === 'step') {
      output.progress(`step ${event.step}/${event.steps}  loss ${score(event.loss)}${dev}  ${count(event.tokensPerSecond)} tokens/s  ${duration(event.secondsLeft)} left`);
    }
    if (event.type === 'evaluation') {
      dev = `  dev ${title} ${score(event.scores[mainScore])}`;
      output.log(`epoch ${event.epoch}/${hyperparameters.epochs}  dev loss ${score(event.loss)}${dev}${event.best ? '  (best so far)' : ''}`);
    }
  };
}
