"""The names by which the parts of a project know the service."""

STAGE = "package_model"  # packages the model
FOLDER = "models/service"  # where it lies then
