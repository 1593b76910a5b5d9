import { fileNamePart } from '../../files/workerFiles';
import type { AgentRole } from './agentJob';

/** `<role>-<subject>-<YYYYMMDDHHMMSS>-<4 hex>` in UTC: id of an agent that is no worker. `newId`: a UUID. */
export function agentIdFor(role: AgentRole, subject: string, at: Date, newId: string): string {
  const seconds = at.toISOString().replace(/\D/g, '').slice(0, 14);
  return `${role}-${fileNamePart(subject)}-${seconds}-${newId.replaceAll('-', '').slice(0, 4)}`;
}
