"""JSON:API 1.1 as the dataset API speaks it: questions and bodies in, documents out.

Pure: records are whatever the domain keeps (any object with an `id` and an attribute for each attribute of
its resource), and nothing here knows HTTP, AWS or a clock.

    resource.py    what a resource is: attributes, relationships, filters, what may be included
    kinds.py       what an attribute's values are, as JSON, as text of a query, and in order
    question.py    a query string → what is asked          filters.py   … its filters
    bodies.py      a request body → what is to be kept     strict.py    … its JSON
    documents.py   records → documents                     links.py     … the links of a page
    sorting.py     records in order, and the place of one in it
    instants.py    instants as text                        errors.py    what is wrong, and where
"""
