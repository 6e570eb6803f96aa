/**
 * Linstock's dashboard: a JSON API and a user interface behind one fetch handler.
 * @packageDocumentation
 */
export { createDashboard } from './dashboard.ts';
export type { Dashboard } from './dashboard.ts';
export type { AlertingOptions, MailOptions, WebhookOptions } from './alerts/options.ts';
export type { AccessOptions, DashboardOptions, TokenOptions, UserOptions } from './options.ts';
export { hashPassword } from './auth/passwords.ts';
export type { Resource } from './auth/resource.ts';
export type { Role, User } from './auth/user.ts';
export type { NodeHandler } from './http/node.ts';
