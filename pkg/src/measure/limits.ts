/**
 * Most that may be spent of a shopper's privacy at one shop, in millionths of epsilon.
 */

/** Per epoch of seven days. */
export const WEEK_LIMIT = 2_000_000;
/** Within thirty days. */
export const MONTH_LIMIT = 8_000_000;
