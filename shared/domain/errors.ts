/** A failure the user can act on: `message` is one sentence that says what is wrong and what to do next. */
export class StudioError extends Error {
  /** A stable name for programs, in kebab case: `file-empty`, `column-missing`, ... */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The user's file or folder cannot be used as it is. Command line: exit code 1. */
export class InputError extends StudioError {}

/** The command or its options make no sense as given. Command line: exit code 2. */
export class UsageError extends StudioError {}

/** This machine cannot do it: no such device, no disk space, a crashed process. Command line: exit code 1. */
export class MachineError extends StudioError {}

/** The user stopped it. Nothing is wrong. */
export class CancelledError extends StudioError {
  constructor(message = 'Stopped.') {
    super('cancelled', message);
  }
}
