import type { Uniform } from '../random/philox.ts';

/** How many of `trials` succeed when each does with `probability` (0 to 1). Exact; its time does not grow with `trials`. */
export function drawBinomial(trials: number, probability: number, uniform: Uniform): number {
  if (probability > 0.5) return trials - drawBinomial(trials, 1 - probability, uniform);
  if (trials === 0 || probability === 0) return 0;
  return trials * probability < 10 ? drawByInversion(trials, probability, uniform) : drawByRejection(trials, probability, uniform);
}

/** Walks up the distribution from 0: as many steps as successes, thus only for few. */
function drawByInversion(trials: number, probability: number, uniform: Uniform): number {
  const odds = probability / (1 - probability);
  let remaining = uniform();
  let mass = Math.exp(trials * Math.log1p(-probability));
  let successes = 0;
  while (remaining > mass && successes < trials) {
    remaining -= mass;
    successes += 1;
    mass *= (odds * (trials - successes + 1)) / successes;
  }
  return successes;
}

/** Hormann (1993), "The generation of binomial random variates", algorithm BTRS; names after the paper's. Needs trials x probability >= 10. */
function drawByRejection(trials: number, probability: number, uniform: Uniform): number {
  const deviation = Math.sqrt(trials * probability * (1 - probability));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * probability;
  const c = trials * probability + 0.5;
  const alpha = (2.83 + 5.1 / b) * deviation;
  const quick = 0.92 - 4.2 / b;
  const mode = Math.floor((trials + 1) * probability);
  const logOdds = Math.log(probability / (1 - probability));
  const logMass = (k: number): number => k * logOdds - logFactorial(k) - logFactorial(trials - k);
  const logMassOfMode = logMass(mode);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const distance = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / distance + b) * u + c);
    if (distance >= 0.07 && v <= quick) return k;
    if (k < 0 || k > trials) continue;
    if (Math.log((v * alpha) / (a / distance ** 2 + b)) <= logMass(k) - logMassOfMode) return k;
  }
}

/** ln(k!) by Stirling's series, right to 1e-10 from 10 on; below, as a sum. */
function logFactorial(k: number): number {
  if (k < 10) {
    let log = 0;
    for (let factor = 2; factor <= k; factor++) log += Math.log(factor);
    return log;
  }
  const correction = (1 / 12 - (1 / 360 - 1 / (1260 * k * k)) / (k * k)) / k;
  return (k + 0.5) * Math.log(k) - k + 0.5 * Math.log(2 * Math.PI) + correction;
}
