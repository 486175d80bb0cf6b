import { existsSync, promises as fs } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** `assets/guest/recipe.json`: what the guest is made of. Its README says how to change it. */
export interface Recipe {
  /** Debian suites in the order in which they are tried. */
  suites: string[];
  /** The package that leads to the newest kernel, and which of its dependencies to follow (a regular expression). */
  kernel: { package: string; follow: string };
  /** The same for the kernel's source. */
  source: { package: string; follow: string };
  /** Modules to take along with all that they need. Built-in ones may be named. */
  modules: string[];
  /** The package with a static busybox. */
  busybox: string;
  /** The second archive: programs, with the libraries they need, and files out of packages and their dependencies. */
  containers: { packages: string[]; programs: string[]; files: string[] };
  /** Path in the guest -> file beside the recipe. Files that begin with `#!` become executable. */
  files: Record<string, string>;
}

/** The recipe and every file it names, read at once so that the cache key and the build cannot disagree. */
export interface LoadedRecipe {
  recipe: Recipe;
  recipeText: string;
  /** By path in the guest. */
  files: ReadonlyMap<string, Buffer>;
  /** The small kernel's configuration. */
  smallConfig: string;
}

const RECIPE_DIR = findAssets('guest');

/** `assets/NAME` of the installation: beside `main/` where this runs from sources, further up where it was compiled. */
function findAssets(name: string): string {
  let dir = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(dir, 'assets', name)) && path.dirname(dir) !== dir) dir = path.dirname(dir);
  return path.join(dir, 'assets', name);
}

export async function loadRecipe(dir: string = RECIPE_DIR): Promise<LoadedRecipe> {
  const recipeText = await fs.readFile(path.join(dir, 'recipe.json'), 'utf8');
  const recipe = JSON.parse(recipeText) as Recipe;
  const files = new Map<string, Buffer>();
  for (const [guestPath, name] of Object.entries(recipe.files)) {
    files.set(guestPath, await fs.readFile(path.join(dir, name)));
  }
  return { recipe, recipeText, files, smallConfig: await fs.readFile(path.join(dir, 'small.config'), 'utf8') };
}
