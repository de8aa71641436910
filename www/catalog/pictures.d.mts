// The part of pictures.mjs that the page uses.
export interface Drawable {
  id: string;
  title?: string | undefined;
  brand?: string | undefined;
  category?: string | string[] | undefined;
  group?: string | undefined;
  attributes?: Record<string, unknown> | undefined;
}
export function draw(item: Drawable, how?: { shape?: string; seed?: number }): string;
export function colourOf(name: unknown, seed?: number): string;
export function shapeFor(title: string | undefined): string | undefined;
