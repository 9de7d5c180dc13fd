"""Cards, certificates and household pages, read into values of fields.

Everything is a guess with where it was read and how sure it is, until a person has confirmed it.
Layouts: 居民身份证 (GA 461 参照), 普通高等学校毕业证书 and 学位证书 as universities print them,
常住人口登记卡 as the police print it.
"""

from dangan.materials.reading.rules.recognition.documents import Document, Kind, recognise
from dangan.materials.reading.rules.recognition.values import Value

__all__ = ["Document", "Kind", "Value", "recognise"]
