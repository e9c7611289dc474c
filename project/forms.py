"""How every form of the service is drawn: label, hint, error, field, after the GOV.UK patterns."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
