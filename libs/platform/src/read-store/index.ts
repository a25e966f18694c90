export {
  createReadModels,
  ReadModelMissingError,
  type ReadModelsOptions,
  type ReadModelsService,
} from './read-models.js';
