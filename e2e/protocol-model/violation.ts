/** The protocol broke a promise. Any other error is a mistake of the model. */
export class Violation extends Error {}
