import type { Deployment } from './deployment.js';

/** What the probe of the instance that answers says is not ready; null where it is. */
export async function readinessProblem({ rest }: Deployment): Promise<string | null> {
  const { status, text } = await rest.get('/health/ready');
  if (status === 200) return null;
  try {
    const { error } = JSON.parse(text) as { error: Record<string, { message?: string }> };
    const told = Object.entries(error).map(([part, { message = 'down' }]) => `${part}: ${message}`);
    return told.join('; ');
  } catch {
    return text.slice(0, 200);
  }
}
