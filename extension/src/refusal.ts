/** What can't be done; the message is for the person, and says why. */
export class Refusal extends Error {}
