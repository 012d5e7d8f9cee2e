import { Agent, get } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Asks the app over connections that stay open. A `GET` resolves when all of the body has come. */
export class Rest {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(private readonly port: number) {}

  async get(path: string): Promise<Answer> {
    return await new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port: this.port, path, agent: this.agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
        });
      }).on('error', reject);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
