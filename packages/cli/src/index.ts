/**
 * The command line of Linstock. Programs use it as `linstock`; only the types of its configuration are for import.
 * @packageDocumentation
 */
export type { LinstockConfig } from './config-file.ts';
