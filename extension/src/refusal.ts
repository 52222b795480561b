/** A command cannot be executed; the message tells the user why. */
export class Refusal extends Error {}
