'use strict';

module.exports = [require('./bundle/leave-out.cjs')];
