export function isOwnBackend(env: NodeJS.ProcessEnv, root: string): boolean;
export function withBackend(env: NodeJS.ProcessEnv, root: string): NodeJS.ProcessEnv;
