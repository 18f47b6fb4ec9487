/** What can be labelled and fine-tuned. `pos` and `ner` label tokens and spans, `pair` two texts, `qa` answers in a passage. */
export const tasks = ['classification', 'multilabel', 'regression', 'pos', 'ner', 'pair', 'qa'] as const;
export type Task = (typeof tasks)[number];

export const isTask = (name: string): name is Task => (tasks as readonly string[]).includes(name);
