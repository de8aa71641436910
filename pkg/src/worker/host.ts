/**
 * The script of the worker.
 */

import { serve } from "./service.js";
import type { Scope } from "./service.js";

serve(globalThis as unknown as Scope);
