"""Settings from the environment (STUDIOFLOW_…), with defaults that make a single machine work."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"


class Settings(BaseSettings):
    """What a site may set; every name is an environment variable with the prefix STUDIOFLOW_."""

    model_config = SettingsConfigDict(env_prefix="STUDIOFLOW_", env_file=".env", extra="ignore")

    database_url: str = f"sqlite:///{VAR / 'studioflow.db'}"
    files: Path = VAR / "files"
    backups: Path = VAR / "backups"
    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = ""
    demo: bool = True
    secure_cookies: bool = False
    support_phone: str = ""
    undo_minutes: int = 5

    prefect: Literal["embedded", "server", "off"] = "embedded"
    prefect_port: int = 4200
    prefect_home: Path = VAR / "prefect"
    prefect_patience: float = 30.0
    work_pool: str = "studioflow"
    look_every: int = 5

    smtp_host: str = ""
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_tls: bool = False
    mail_from: str = "工作室管理 <studioflow@localhost>"
    chat_urls: list[SecretStr] = []

    @property
    def address(self) -> str:
        """The address that links in mail begin with, never taken from a request."""
        return self.base_url.rstrip("/") or f"http://{self.host}:{self.port}"


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
