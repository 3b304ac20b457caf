"""Log things to look at, at a step: images, sounds, figures, tables and more."""

from __future__ import annotations

from runlore.client import values
from runlore.client.artifacts import ArtifactLogging
from runlore.records import limits
from runlore.records.ids import new_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runlore.media.encoded import EncodedMedia


class FileLogging(ArtifactLogging):
    """The part of a run that takes files; `Run` inherits it."""

    def log_image(
        self, name: str, image: object, step: int | None = None, *, context: Any = None,
        caption: str | None = None,
    ) -> None:  # fmt: skip
        """Log an image at a step: a PIL image or an array (H×W, H×W×3 or 4; 0–1 or 0–255)."""
        from runlore.media.images import encode_image

        caption = None if caption is None else limits.text(caption, "a caption")
        self._take_media(name, encode_image(image), step, context, caption)

    def log_figure(
        self, name: str, figure: object, step: int | None = None, *, context: Any = None
    ) -> None:
        """Log a matplotlib or plotly figure at a step."""
        from runlore.media.figures import encode_figure

        self._take_media(name, encode_figure(figure), step, context, None)

    def log_table(
        self, name: str, table: object, step: int | None = None, *, context: Any = None
    ) -> None:
        """Log a table at a step: a DataFrame, a list of dicts or a dict of lists."""
        from runlore.media.tables import encode_table

        self._take_media(name, encode_table(table), step, context, None)

    def log_text(
        self, name: str, text: str, step: int | None = None, *, context: Any = None
    ) -> None:
        """Log a text at a step, like a generated sample."""
        from runlore.media.texts import encode_text

        self._take_media(name, encode_text(text), step, context, None)

    def log_audio(
        self,
        name: str,
        audio: object,
        step: int | None = None,
        *,
        sample_rate: int | None = None,
        caption: str | None = None,
        context: Any = None,
    ) -> None:
        """Log a sound at a step: a sound file, or an array (samples) or (samples, channels).

        An array, of floats from -1 to 1 or int16, needs its `sample_rate` in samples a second.
        """
        from runlore.media.sounds import encode_sound

        caption = None if caption is None else limits.text(caption, "a caption")
        self._take_media(name, encode_sound(audio, sample_rate), step, context, caption)

    def log_histogram(
        self,
        name: str,
        samples: object,
        step: int | None = None,
        *,
        bins: int = 64,
        context: Any = None,
    ) -> None:
        """Log the distribution of an array's values at a step, in at most 512 bins."""
        from runlore.media.histograms import encode_histogram

        self._take_media(name, encode_histogram(samples, bins=bins), step, context, None)

    def log_predictions(
        self,
        name: str,
        truth: object,
        scores: object = None,
        step: int | None = None,
        *,
        predicted: object = None,
        labels: object = None,
        context: Any = None,
    ) -> None:
        """Log how classes were predicted: a confusion matrix, ROC and precision over recall.

        Args:
            name: what they are called.
            truth: the class of each sample, its label or its number from 0.
            scores: of each sample one for each class, or of two classes one for the second.
            step: the step.
            predicted: the class given to each sample; by default that of the greatest score, of
                two classes with one score the second from 0.5 on.
            labels: the names of the classes in order.
            context: like `val`.
        """
        from runlore.media.predictions import encode_predictions

        encoded = encode_predictions(truth, scores, predicted=predicted, labels=labels)
        self._take_media(name, encoded, step, context, None)

    def _take_media(
        self, name: str, media: EncodedMedia, step: Any, context: Any, caption: str | None
    ) -> None:
        fields: dict[str, object] = {
            "id": new_id(),
            "name": limits.name(name, "a name"),
            "step": values.step_of(step),
            "context": values.context_of(context),
            "type": media.kind,
            "media_type": media.media_type,
            "details": _details_of(media, caption),
        }
        if media.payload is None:
            self.record("media.logged", data=media.data, **fields)
            return
        try:
            staged, path = self._recorder.stage(self.id)
            with open(path, "xb") as file:
                file.write(media.payload)
        except OSError as error:
            self._failed(f"the {media.kind} {name!r}", error)
            return
        self.record("media.logged", staged=staged, size_bytes=len(media.payload), **fields)


def _details_of(media: EncodedMedia, caption: str | None) -> dict[str, object]:
    details: dict[str, object] = {"caption": caption, "extension": media.extension or None}
    for field in ("width", "height", "rows", "columns", "seconds"):
        details[field] = getattr(media, field)
    return {field: value for field, value in details.items() if value is not None}
