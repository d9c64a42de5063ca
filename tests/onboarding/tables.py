"""Tables as teams have them, made up: their columns, spellings and oddities, no real customer."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd


def campaign(rows: int = 600, seed: int = 1) -> pd.DataFrame:
    """A marketing campaign: days such as 04-09-2012, years of birth from 1893, constants."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(3, rows, p=[0.3, 0.4, 0.3])
    income = np.array([28_000, 50_000, 78_000])[kind] + rng.normal(0, 7_000, rows)
    spend = np.array([0.05, 0.4, 1.0])[kind]
    goods = {"Wines": 500, "Fruits": 40, "MeatProducts": 250, "FishProducts": 60, "GoldProds": 60}
    birth = rng.integers(1945, 1996, rows)
    birth[:3] = [1893, 1899, 1900]
    joined = pd.Timestamp("2012-07-30") + pd.to_timedelta(rng.integers(0, 699, rows), unit="D")
    table = pd.DataFrame({"ID": rng.permutation(11_000)[:rows], "Year_Birth": birth})
    table["Education"] = rng.choice(["Graduation", "PhD", "Master", "2n Cycle", "Basic"], rows)
    marital = rng.choice(["Married", "Together", "Single", "Divorced", "Widow"], rows)
    marital[:2], marital[2:4] = "YOLO", "Absurd"
    table["Marital_Status"] = marital
    table["Income"] = np.where(rng.random(rows) < 0.01, np.nan, income.round())
    table.loc[7, "Income"] = 666_666
    table["Kidhome"] = rng.integers(0, 2, rows) * (kind < 2)
    table["Teenhome"] = rng.integers(0, 3, rows) % 2
    table["Dt_Customer"] = joined.strftime("%d-%m-%Y")
    table["Recency"] = rng.integers(0, 100, rows)
    for name, mean in goods.items():
        table[f"Mnt{name}"] = rng.gamma(1.5, mean * spend / 1.5 + 1).astype(int)
    table["NumDealsPurchases"] = rng.poisson(2, rows)
    table["NumWebPurchases"] = rng.poisson(np.array([2, 6, 5])[kind])
    table["NumCatalogPurchases"] = rng.poisson(np.array([0.5, 2, 6])[kind])
    table["NumStorePurchases"] = rng.poisson(np.array([3, 6, 8])[kind])
    table["NumWebVisitsMonth"] = rng.poisson(np.array([7, 6, 3])[kind])
    for i in range(1, 6):
        table[f"AcceptedCmp{i}"] = (rng.random(rows) < 0.07).astype(int)
    table["Complain"] = (rng.random(rows) < 0.04).astype(int)
    table["Z_CostContact"] = 3
    table["Z_Revenue"] = 11
    table["Response"] = (rng.random(rows) < 0.15).astype(int)
    return table


def cards(rows: int = 600, seed: int = 2) -> pd.DataFrame:
    """Credit cards: 17 skewed columns, many of them zero for half of the customers."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 3, rows)
    oneoff = rng.lognormal(6, 1, rows) * (kind == 0)
    installments = rng.lognormal(5.5, 1, rows) * (kind != 2)
    cash = rng.lognormal(7, 1, rows) * (kind == 2)
    limit = rng.choice([1000.0, 2500, 5000, 9000], rows)
    table = pd.DataFrame({"CUST_ID": [f"C{10001 + i}" for i in range(rows)]})
    table["BALANCE"] = rng.lognormal(6.5, 1, rows)
    table["BALANCE_FREQUENCY"] = rng.beta(5, 1, rows)
    table["PURCHASES"] = oneoff + installments
    table["ONEOFF_PURCHASES"] = oneoff
    table["INSTALLMENTS_PURCHASES"] = installments
    table["CASH_ADVANCE"] = cash
    table["PURCHASES_FREQUENCY"] = rng.beta(2, 2, rows) * (kind != 2)
    table["ONEOFF_PURCHASES_FREQUENCY"] = rng.beta(2, 3, rows) * (kind == 0)
    table["PURCHASES_INSTALLMENTS_FREQUENCY"] = rng.beta(3, 2, rows) * (kind == 1)
    table["CASH_ADVANCE_FREQUENCY"] = rng.beta(2, 5, rows) * (kind == 2)
    table["CASH_ADVANCE_TRX"] = rng.poisson(6, rows) * (kind == 2)
    table["PURCHASES_TRX"] = rng.poisson(15, rows) * (kind != 2)
    table["CREDIT_LIMIT"] = limit
    table["PAYMENTS"] = rng.lognormal(6.8, 1, rows)
    table["MINIMUM_PAYMENTS"] = np.where(
        rng.random(rows) < 0.03, np.nan, rng.lognormal(5.7, 1, rows)
    )
    table["PRC_FULL_PAYMENT"] = rng.beta(1, 4, rows) * (rng.random(rows) < 0.4)
    table["TENURE"] = np.where(rng.random(rows) < 0.8, 12, rng.integers(6, 12, rows))
    return table.round(6)


def bank(rows: int = 800, seed: int = 3) -> pd.DataFrame:
    """Clients of a bank: no id, "unknown", -1 for never contacted, balances below zero."""
    rng = np.random.default_rng(seed)
    contacted = rng.random(rows) < 0.2
    jobs = ["management", "technician", "blue-collar", "retired", "admin.", "services", "unknown"]
    table = pd.DataFrame({"age": rng.integers(18, 88, rows)})
    table["job"] = rng.choice(jobs, rows)
    table["marital"] = rng.choice(["married", "single", "divorced"], rows)
    table["education"] = rng.choice(["secondary", "tertiary", "primary", "unknown"], rows)
    table["default"] = rng.choice(["no", "yes"], rows, p=[0.96, 0.04])
    table["balance"] = (rng.lognormal(6.5, 1.2, rows) - 300).astype(int)
    table["housing"] = rng.choice(["yes", "no"], rows)
    table["loan"] = rng.choice(["no", "yes"], rows, p=[0.84, 0.16])
    table["contact"] = rng.choice(["cellular", "unknown", "telephone"], rows)
    table["day"] = rng.integers(1, 32, rows)
    table["month"] = rng.choice(["may", "jul", "aug", "jun", "nov"], rows)
    table["duration"] = rng.lognormal(5, 0.9, rows).astype(int)
    table["campaign"] = 1 + rng.poisson(1.5, rows)
    table["pdays"] = np.where(contacted, rng.integers(1, 500, rows), -1)
    table["previous"] = np.where(contacted, 1 + rng.poisson(2, rows), 0)
    table["poutcome"] = np.where(
        contacted, rng.choice(["failure", "success", "other"], rows), "unknown"
    )
    table["y"] = rng.choice(["no", "yes"], rows, p=[0.88, 0.12])
    return table


def telco(rows: int = 700, seed: int = 4) -> pd.DataFrame:
    """Customers of a telephone company: yes and no in many columns, totals with blanks."""
    rng = np.random.default_rng(seed)
    internet = rng.choice(["DSL", "Fiber optic", "No"], rows, p=[0.35, 0.43, 0.22])

    def service() -> np.ndarray:
        return np.where(internet == "No", "No internet service", rng.choice(["Yes", "No"], rows))

    tenure = rng.integers(0, 73, rows)
    monthly = np.select([internet == "DSL", internet == "No"], [58, 21], 92) + rng.normal(
        0, 8, rows
    )
    table = pd.DataFrame({"customerID": [f"{i:04d}-{chr(65 + i % 26)}KX" for i in range(rows)]})
    table["gender"] = rng.choice(["Female", "Male"], rows)
    table["SeniorCitizen"] = (rng.random(rows) < 0.16).astype(int)
    table["Partner"] = rng.choice(["Yes", "No"], rows)
    table["Dependents"] = rng.choice(["No", "Yes"], rows)
    table["tenure"] = tenure
    phone = rng.choice(["Yes", "No"], rows, p=[0.9, 0.1])
    table["PhoneService"] = phone
    table["MultipleLines"] = np.where(
        phone == "No", "No phone service", rng.choice(["Yes", "No"], rows)
    )
    table["InternetService"] = internet
    for name in (
        "OnlineSecurity",
        "OnlineBackup",
        "DeviceProtection",
        "TechSupport",
        "StreamingTV",
        "StreamingMovies",
    ):
        table[name] = service()
    table["Contract"] = rng.choice(["Month-to-month", "One year", "Two year"], rows)
    table["PaperlessBilling"] = rng.choice(["Yes", "No"], rows)
    table["PaymentMethod"] = rng.choice(
        ["Electronic check", "Mailed check", "Bank transfer (automatic)"], rows
    )
    table["MonthlyCharges"] = monthly.round(2)
    total = (tenure * monthly).round(2).astype("str")
    table["TotalCharges"] = np.where(tenure == 0, " ", total)
    table["Churn"] = rng.choice(["No", "Yes"], rows, p=[0.73, 0.27])
    return table


def blobs(rows: int = 300, numbers: int = 4, seed: int = 5) -> pd.DataFrame:
    """Numbers only: two groups far apart, no id."""
    rng = np.random.default_rng(seed)
    group = np.repeat([0, 1], [rows // 2, rows - rows // 2])
    return pd.DataFrame(
        {f"x{i + 1}": rng.normal(50 + 30 * group, 5).round(2) for i in range(numbers)}
    )


def categories(rows: int = 300, seed: int = 6) -> pd.DataFrame:
    """Categories only."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 2, rows)
    other = np.where(rng.random(rows) < 0.9, kind, 1 - kind)
    return pd.DataFrame(
        {
            "plan": np.array(["basic", "premium"])[kind],
            "device": np.array(["phone", "laptop"])[other],
            "town": rng.choice(["Bonn", "Ulm", "Kiel"], rows),
        }
    )


def write(table: pd.DataFrame, path: Path, **how: object) -> Path:
    """Write a table as somebody's export."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False, **how)  # type: ignore[call-overload]
    return path


FILES: dict[str, Callable[[Path], Path]] = {
    "campaign": lambda folder: write(campaign(), folder / "campaign.csv", sep="\t"),
    "cards": lambda folder: write(cards(), folder / "cards.csv"),
    "bank": lambda folder: write(bank(), folder / "bank.csv", sep=";", quoting=2),
    "telco": lambda folder: write(telco(), folder / "telco.csv"),
    "two columns": lambda folder: write(blobs(numbers=2), folder / "two.csv"),
    "sixty columns": lambda folder: write(blobs(numbers=60), folder / "sixty.csv"),
    "categories": lambda folder: write(categories(), folder / "categories.csv"),
}
