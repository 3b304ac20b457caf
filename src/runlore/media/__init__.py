"""Objects to files and back: models, figures, images, tables, arrays, texts.

`writing.write_object` chooses by extension, `reading.read_object` goes the other way,
`models.save_model` knows the frameworks, and the `encode_…` functions make what is logged
at a step. No library is imported that the value doesn't come from already.
"""
