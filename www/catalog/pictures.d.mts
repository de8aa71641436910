// The part of pictures.mjs that the page uses.
export interface Drawable {
  id: string;
  title?: string;
  brand?: string;
  category?: string | string[];
  group?: string;
  attributes?: Record<string, unknown>;
}
export function draw(item: Drawable, how?: { shape?: string; seed?: number }): string;
export function colourOf(name: unknown, seed?: number): string;
export function shapeFor(title: string | undefined): string | undefined;
