import { readFile } from 'node:fs/promises';
import { Copy, DockerfileParser, type Instruction } from 'dockerfile-ast';

export interface Step {
  readonly keyword: string;
  /** Its arguments without flags; the words of the exec form as they are run. */
  readonly words: readonly string[];
  /** Whether it is written as a JSON array, and so runs without a shell. */
  readonly isExecForm: boolean;
  /** Of a COPY: another stage or image that it takes from; null = the checkout. */
  readonly from: string | null;
}

export interface BuildStage {
  readonly name: string | null;
  /** An image, or the name of a stage before. */
  readonly base: string;
  readonly steps: readonly Step[];
}

/** The stages of a Dockerfile, in order. */
export async function readStages(file: string): Promise<BuildStage[]> {
  const stages: { name: string | null; base: string; steps: Step[] }[] = [];
  for (const one of DockerfileParser.parse(await readFile(file, 'utf8')).getInstructions()) {
    if (one.getKeyword() === 'FROM') {
      const [base = '', , name = null] = wordsOf(one);
      stages.push({ base, name, steps: [] });
    } else {
      stages.at(-1)?.steps.push(stepOf(one));
    }
  }
  return stages;
}

/** Everything that a stage does, its bases' steps first. */
export function stepsOf(stages: readonly BuildStage[], stage: BuildStage): Step[] {
  const base = stages.find(({ name }) => name === stage.base);
  return [...(base === undefined ? [] : stepsOf(stages, base)), ...stage.steps];
}

function stepOf(instruction: Instruction): Step {
  const flags = instruction instanceof Copy ? instruction.getFlags() : [];
  const from = flags.find((flag) => flag.getName() === 'from')?.getValue() ?? null;
  // A HEALTHCHECK's command has a keyword of its own.
  const words = wordsOf(instruction).filter((word) => word !== 'CMD');
  const isExecForm = words[0]?.startsWith('[') === true;
  return {
    keyword: instruction.getKeyword(),
    words: isExecForm ? (JSON.parse(words.join(' ')) as string[]) : words,
    isExecForm,
    from,
  };
}

/** Without flags and line ends. */
const wordsOf = (instruction: Instruction): string[] =>
  (instruction.getRawArgumentsContent() ?? '').replaceAll('\\\n', ' ').trim().split(/\s+/);
