'use strict';

module.exports = [
  require('./bundle/leave-out.cjs'),
  require('./bundle/contracts.cjs'),
  require('./bundle/api-document.cjs'),
  require('./bundle/plans.cjs'),
];
