// Two ESLint rules of our own, for which a plugin would be a dependency more than it is worth.
import { builtinRules } from 'eslint/use-at-your-own-risk';

const directive = /^\s*eslint-disable(?:-next-line|-line)?(?=\s|$)/;
const reason = /\s--\s+\S/;

/** An `eslint-disable` comment must say why: `eslint-disable-next-line RULE -- the reason`. */
const disableWithReason = {
  meta: { type: 'suggestion', schema: [], messages: { missing: 'Say which rule is disabled and why: "{{name}} RULE -- reason".' } },
  create: (context) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        const name = directive.exec(comment.value)?.[0].trim();
        const rules = comment.value.replace(directive, '').split(/\s--\s/)[0].trim();
        if (!name || (rules && reason.test(comment.value))) continue;
        // A report that starts before the line's first column cannot be disabled by the comment it is about.
        context.report({ loc: { start: { line: comment.loc.start.line, column: -1 }, end: comment.loc.end }, messageId: 'missing', data: { name } });
      }
    },
  }),
};

export default {
  rules: {
    'disable-with-reason': disableWithReason,
    // ESLint's own rule under a second name, because a rule has one severity only and a long file deserves a warning before it is an error.
    'long-file': builtinRules.get('max-lines'),
  },
};
