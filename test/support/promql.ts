import { parser } from '@prometheus-io/lezer-promql';

/** What a PromQL expression asks for. */
export interface Selection {
  readonly metrics: readonly string[];
  /** Of matchers and groupings. */
  readonly labels: readonly string[];
  /** Matchers that name one value: `status="stale"`. */
  readonly values: readonly { readonly label: string; readonly value: string }[];
}

const LABELS_OF = new Set(['UnquotedLabelMatcher', 'GroupingLabels']);

/** @throws Error naming the place where the expression is not PromQL. */
export function selectionOf(expression: string): Selection {
  const metrics: string[] = [];
  const labels: string[] = [];
  const values: { label: string; value: string }[] = [];
  parser.parse(expression).iterate({
    enter: ({ name, from, to, node, type }) => {
      const text = expression.slice(from, to);
      if (type.isError) throw new Error(`not PromQL at ${from}: ${expression}`);
      if (name === 'Identifier' && node.parent?.name === 'VectorSelector') metrics.push(text);
      if (name === 'LabelName' && LABELS_OF.has(node.parent?.name ?? '')) labels.push(text);
      if (name !== 'UnquotedLabelMatcher') return;
      const [, label, value] = /^(\w+)\s*=\s*"(.*)"$/.exec(text) ?? [];
      if (label !== undefined && value !== undefined) values.push({ label, value });
    },
  });
  return { metrics, labels, values };
}
