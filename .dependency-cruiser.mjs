// Who may import whom. test/tooling/layers.test.ts breaks every rule once.

/** Matches packages by name, installed or not: an uninstalled one keeps its bare name as its path. */
const packages = (...names) => `^(?:node_modules/)?(?:${names.join('|')})(?:/|$)`;

const pure = packages('zod', '@orpc/contract');
// What runs in a browser. A new library of the user interface is added here on purpose.
const browser = packages(
  'zod', '@orpc/(?:contract|client|shared)', 'vue', '@vue/[^/]+', '@vueuse/[^/]+', 'pinia', 'vue-router', 'vue-i18n', '@intlify/[^/]+',
  'reka-ui', '@internationalized/[^/]+', '@floating-ui/[^/]+', '@tanstack/(?:vue-)?(?:table|virtual)(?:-core)?', 'lucide-vue-next', '@lucide/vue', 'vue-echarts', 'echarts', 'zrender',
);
const compositionRoots = ['electron', 'host'];

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const forbidden = [
  {
    name: 'domain-imports-nothing',
    comment: 'shared/domain is pure: no library, no IO, nothing of ours outside it.',
    from: { path: '^shared/domain/' },
    to: { pathNot: '^shared/domain/' },
  },
  {
    name: 'shared-is-pure',
    comment: 'shared runs in every process: only itself and pure libraries.',
    from: { path: '^shared/' },
    to: { pathNot: ['^shared/', pure] },
  },
  {
    name: 'renderer-knows-only-shared',
    comment: 'The interface reaches the rest through the contract alone, and runs in a browser.',
    from: { path: '^src-renderer/' },
    to: { pathNot: ['^src-renderer/', '^shared/', '^assets/', browser] },
  },
  {
    name: 'main-never-imports-renderer',
    comment: 'The backend runs without an interface.',
    from: { path: '^src-main/' },
    to: { path: '^src-renderer/' },
  },
  {
    name: 'engine-stands-alone',
    comment: 'The engine is a library: of ours it knows shared/domain only.',
    from: { path: '^src-main/engine/' },
    to: { path: '^(?:src-main|src-renderer|shared)/', pathNot: '^(?:src-main/engine|shared/domain)/' },
  },
  {
    name: 'native-runtime-only-in-session',
    comment: 'A native crash must have one place to come from.',
    from: { pathNot: '^src-main/engine/session/' },
    to: { path: packages('onnxruntime-node', 'koffi') },
  },
  {
    name: 'session-by-type-only-in-engine',
    comment: 'The rest of the engine is handed its sessions, so that it can be tested without one.',
    from: { path: '^src-main/engine/', pathNot: '^src-main/engine/session/' },
    to: { path: '^src-main/engine/session/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'session-only-in-compute',
    comment: 'Only the compute process loads native sessions: a driver crash takes nothing else along.',
    from: { pathNot: ['^src-main/engine/', '^src-main/host/compute'] },
    to: { path: '^src-main/engine/session/' },
  },
  {
    name: 'sqlite-only-in-db',
    comment: 'SQL has one home.',
    from: { pathNot: '^src-main/db/' },
    to: { path: packages('better-sqlite3') },
  },
  {
    name: 'electron-only-in-electron',
    comment: 'Everything else runs in plain Node or a browser.',
    from: { pathNot: '^src-main/electron/' },
    to: { path: packages('electron') },
  },
  // Composition roots put services together, so nothing may depend on one, the other root included.
  ...compositionRoots.map((root) => ({
    name: `nothing-imports-${root}`,
    comment: `src-main/${root} is a composition root.`,
    from: { pathNot: `^src-main/${root}/` },
    to: { path: `^src-main/${root}/` },
  })),
  {
    name: 'no-cycles',
    comment: 'Types count: two files that need each other are one idea in two places.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'only-declared-packages',
    comment: 'A package that is installed only because another needs it may vanish with the next update.',
    from: {},
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'no-development-packages-at-run-time',
    comment: 'Installers carry dependencies, not devDependencies; electron itself is there by definition, and the interface is bundled.',
    from: { path: '^(?:src-main|shared)/' },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'], pathNot: packages('electron') },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: forbidden.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    doNotFollow: { path: 'node_modules' },
    // Imports of types count as well; `import type` is otherwise gone before it is looked at.
    tsPreCompilationDeps: true,
    // Asking where a package lies is how a native library is opened.
    exoticRequireStrings: ['require.resolve'],
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.vue', '.json'], conditionNames: ['import', 'require', 'node', 'default', 'types'], exportsFields: ['exports'], mainFields: ['module', 'main', 'types'] },
    skipAnalysisNotInRules: true,
  },
};
