/** Of a route that takes no parameter. */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- that it knows no field is its meaning
export class NoQuery {}
