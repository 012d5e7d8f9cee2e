/** Whether there are a client, its compose plugin, and an engine for Linux containers that answers. */
export function dockerAnswers(timeoutMs?: number): Promise<boolean>;
