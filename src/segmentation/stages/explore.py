"""Take a first look at the prepared customers."""

from segmentation import artifacts, files, paths
from segmentation.artifacts.quality import Quality
from segmentation.artifacts.summary import NumberSummary, Summary
from segmentation.config import Params
from segmentation.views import explore, style


def run(params: Params) -> None:
    """Draw distributions, correlations, categories and missing cells, and sum them up."""
    data = params.data
    customers = files.read_parquet(paths.PREPARED)
    quality = artifacts.read(Quality)
    numeric = {name: data.label(name) for name in data.numeric}
    categorical = {name: data.label(name) for name in data.categorical}

    pictures = {
        "distributions": explore.distributions(customers, numeric),
        "correlation": explore.correlation(customers, numeric),
        "categories": explore.categories(customers, categorical),
        "by_category": explore.by_category(customers, numeric, categorical),
        "missing": explore.missing(quality.missing, quality.rows_in, numeric | categorical),
    }
    for name, picture in pictures.items():
        style.save(picture, paths.EXPLORE / f"{name}.png")

    numbers = customers[list(numeric)]
    artifacts.write(
        Summary(
            customers=len(customers),
            numeric={
                str(name): NumberSummary.model_validate(column.to_dict())
                for name, column in numbers.describe().items()
            },
            rank_correlation=numbers.rank().corr().to_dict(),
            categorical={name: customers[name].value_counts().to_dict() for name in categorical},
        )
    )
