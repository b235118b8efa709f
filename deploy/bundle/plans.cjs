'use strict';

/** Puts the checked plans in the place of `plans.yml`, so that no function carries a YAML parser or fails on a mistake. */
module.exports = {
  name: 'plans',
  setup(build) {
    build.onLoad({ filter: /[\\/]plans\.yml$/ }, async ({ path }) => {
      const { loadFile } = await import('../plans/file.ts');
      try {
        return { contents: JSON.stringify(loadFile(path)), loader: 'json', watchFiles: [path] };
      } catch (error) {
        if (error.name !== 'PlansError') throw error;
        return { errors: error.message.split('\n').map((text) => ({ text })) };
      }
    });
  },
};
