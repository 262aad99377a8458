"""Products, and the rates of VAT that the law knows."""

from decimal import Decimal

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import pghistory.utils
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

import apps.core.parameters.models
from engine.migrating import CreateModels

RATES = [
    ('13%', '13', 'taxed'),
    ('9%', '9', 'taxed'),
    ('6%', '6', 'taxed'),
    ('5%', '5', 'taxed'),
    ('3%', '3', 'taxed'),
    ('1%', '1', 'taxed'),
    ('0%', '0', 'taxed'),
    ('免税', '0', 'exempt'),
    ('不征税', '0', 'not_taxed'),
]


def enter_rates(apps, schema_editor):
    rate = apps.get_model('catalog', 'TaxRate')
    rate.objects.bulk_create(
        rate(name=name, percent=Decimal(percent), treatment=treatment, position=position)
        for position, (name, percent, treatment) in enumerate(RATES, start=1)
    )


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('catalog', '0001_initial'),
        ('catalog', '0002_tax_rates'),
        ('catalog', '0003_both_readings'),
    ]

    dependencies = [
        ('parameters', '0001_initial'),
        ('people', '0001_squashed_0004_first_day_of_work'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateModels([
            migrations.CreateModel(
                name='ProductCategory',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=60, verbose_name='name')),
                    ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                    ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='catalog.productcategory', verbose_name='part of')),
                ],
                options={
                    'verbose_name': 'product category',
                    'verbose_name_plural': 'product categories',
                    'ordering': ['position', 'pk'],
                    'constraints': [
                        models.UniqueConstraint(fields=('parent', 'name'), name='product_category_once', nulls_distinct=False),
                        models.CheckConstraint(condition=models.Q(('parent', models.F('pk')), _negated=True), name='product_category_not_its_own_parent'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='Product',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('version', models.PositiveIntegerField(default=0, editable=False, verbose_name='version')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                    ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed at')),
                    ('search_text', models.TextField(default='', editable=False)),
                    ('search_grams', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, editable=False, size=None)),
                    ('code', models.CharField(max_length=40, unique=True, verbose_name='code')),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('spec', models.CharField(blank=True, max_length=200, verbose_name='specification')),
                    ('model_name', models.CharField(blank=True, max_length=80, verbose_name='model')),
                    ('per_auxiliary', models.DecimalField(blank=True, decimal_places=3, max_digits=10, null=True, verbose_name='units in one auxiliary unit')),
                    ('barcode', models.CharField(blank=True, max_length=40, verbose_name='barcode')),
                    ('nature', models.CharField(choices=[('goods', 'Goods'), ('service', 'Service')], default='goods', max_length=8, verbose_name='goods or service')),
                    ('tax_category_code', models.CharField(blank=True, max_length=19, verbose_name='tax category code')),
                    ('standard_price', models.DecimalField(decimal_places=4, max_digits=16, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='standard price')),
                    ('floor_price', models.DecimalField(blank=True, decimal_places=4, max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='floor price')),
                    ('reference_cost', models.DecimalField(blank=True, decimal_places=4, max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='reference cost')),
                    ('tracking', models.CharField(choices=[('none', 'Not tracked'), ('serial', 'By serial number'), ('batch', 'By batch')], default='none', max_length=8, verbose_name='tracked in stock')),
                    ('warranty_months', models.PositiveSmallIntegerField(default=0, verbose_name='months of warranty')),
                    ('safety_stock', models.DecimalField(blank=True, decimal_places=3, max_digits=14, null=True, verbose_name='safety stock')),
                    ('active', models.BooleanField(default=True, verbose_name='on sale')),
                    ('remarks', models.TextField(blank=True, max_length=2000, verbose_name='remarks')),
                    ('auxiliary_unit', apps.core.parameters.models.DictionaryField(blank=True, dictionary='unit', limit_choices_to={'dictionary': 'unit'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parameters.dictionaryentry', verbose_name='auxiliary unit')),
                    ('brand', apps.core.parameters.models.DictionaryField(blank=True, dictionary='brand', limit_choices_to={'dictionary': 'brand'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parameters.dictionaryentry', verbose_name='brand')),
                    ('changed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
                    ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                    ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department', verbose_name='department')),
                    ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                    ('unit', apps.core.parameters.models.DictionaryField(dictionary='unit', limit_choices_to={'dictionary': 'unit'}, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parameters.dictionaryentry', verbose_name='unit')),
                    ('category', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='products', to='catalog.productcategory', verbose_name='category')),
                    ('tax_rate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.taxrate', verbose_name='tax rate')),
                ],
                options={
                    'verbose_name': 'product',
                    'verbose_name_plural': 'products',
                    'ordering': ['code'],
                    'abstract': False,
                    'indexes': [
                        django.contrib.postgres.indexes.GinIndex(fields=['search_grams'], name='product_search'),
                        models.Index(fields=['category', 'code'], name='product_category'),
                    ],
                    'constraints': [
                        models.CheckConstraint(condition=models.Q(('auxiliary_unit', None), ('per_auxiliary__gt', 0), _connector='OR'), name='product_auxiliary_unit_counts'),
                        models.CheckConstraint(condition=models.Q(models.Q(('nature', 'service'), _negated=True), ('tracking', 'none'), _connector='OR'), name='product_service_not_tracked'),
                    ],
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_productevent" ("active", "auxiliary_unit_id", "barcode", "brand_id", "category_id", "changed_at", "changed_by_id", "code", "created_at", "created_by_id", "department_id", "floor_price", "id", "model_name", "name", "nature", "owner_id", "per_auxiliary", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference_cost", "remarks", "safety_stock", "spec", "standard_price", "tax_category_code", "tax_rate_id", "tracking", "unit_id", "version", "warranty_months") VALUES (NEW."active", NEW."auxiliary_unit_id", NEW."barcode", NEW."brand_id", NEW."category_id", NEW."changed_at", NEW."changed_by_id", NEW."code", NEW."created_at", NEW."created_by_id", NEW."department_id", NEW."floor_price", NEW."id", NEW."model_name", NEW."name", NEW."nature", NEW."owner_id", NEW."per_auxiliary", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'insert\', NEW."id", NEW."reference_cost", NEW."remarks", NEW."safety_stock", NEW."spec", NEW."standard_price", NEW."tax_category_code", NEW."tax_rate_id", NEW."tracking", NEW."unit_id", NEW."version", NEW."warranty_months"); RETURN NULL;', hash='ad752c66c7fc24fb5638b83c11a748e20623fe12', operation='INSERT', pgid='pgtrigger_insert_insert_ae3fa', table='catalog_product', when='AFTER')),
                        pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."active" IS DISTINCT FROM (NEW."active") OR OLD."auxiliary_unit_id" IS DISTINCT FROM (NEW."auxiliary_unit_id") OR OLD."barcode" IS DISTINCT FROM (NEW."barcode") OR OLD."brand_id" IS DISTINCT FROM (NEW."brand_id") OR OLD."category_id" IS DISTINCT FROM (NEW."category_id") OR OLD."changed_at" IS DISTINCT FROM (NEW."changed_at") OR OLD."changed_by_id" IS DISTINCT FROM (NEW."changed_by_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."department_id" IS DISTINCT FROM (NEW."department_id") OR OLD."floor_price" IS DISTINCT FROM (NEW."floor_price") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."model_name" IS DISTINCT FROM (NEW."model_name") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."nature" IS DISTINCT FROM (NEW."nature") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."per_auxiliary" IS DISTINCT FROM (NEW."per_auxiliary") OR OLD."reference_cost" IS DISTINCT FROM (NEW."reference_cost") OR OLD."remarks" IS DISTINCT FROM (NEW."remarks") OR OLD."safety_stock" IS DISTINCT FROM (NEW."safety_stock") OR OLD."spec" IS DISTINCT FROM (NEW."spec") OR OLD."standard_price" IS DISTINCT FROM (NEW."standard_price") OR OLD."tax_category_code" IS DISTINCT FROM (NEW."tax_category_code") OR OLD."tax_rate_id" IS DISTINCT FROM (NEW."tax_rate_id") OR OLD."tracking" IS DISTINCT FROM (NEW."tracking") OR OLD."unit_id" IS DISTINCT FROM (NEW."unit_id") OR OLD."version" IS DISTINCT FROM (NEW."version") OR OLD."warranty_months" IS DISTINCT FROM (NEW."warranty_months"))', func='INSERT INTO "catalog_productevent" ("active", "auxiliary_unit_id", "barcode", "brand_id", "category_id", "changed_at", "changed_by_id", "code", "created_at", "created_by_id", "department_id", "floor_price", "id", "model_name", "name", "nature", "owner_id", "per_auxiliary", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference_cost", "remarks", "safety_stock", "spec", "standard_price", "tax_category_code", "tax_rate_id", "tracking", "unit_id", "version", "warranty_months") VALUES (NEW."active", NEW."auxiliary_unit_id", NEW."barcode", NEW."brand_id", NEW."category_id", NEW."changed_at", NEW."changed_by_id", NEW."code", NEW."created_at", NEW."created_by_id", NEW."department_id", NEW."floor_price", NEW."id", NEW."model_name", NEW."name", NEW."nature", NEW."owner_id", NEW."per_auxiliary", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'update\', NEW."id", NEW."reference_cost", NEW."remarks", NEW."safety_stock", NEW."spec", NEW."standard_price", NEW."tax_category_code", NEW."tax_rate_id", NEW."tracking", NEW."unit_id", NEW."version", NEW."warranty_months"); RETURN NULL;', hash='e08904e0b35a382ef6465d516e7ebf94e88394dd', operation='UPDATE', pgid='pgtrigger_update_update_580c5', table='catalog_product', when='AFTER')),
                        pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "catalog_productevent" ("active", "auxiliary_unit_id", "barcode", "brand_id", "category_id", "changed_at", "changed_by_id", "code", "created_at", "created_by_id", "department_id", "floor_price", "id", "model_name", "name", "nature", "owner_id", "per_auxiliary", "pgh_context", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference_cost", "remarks", "safety_stock", "spec", "standard_price", "tax_category_code", "tax_rate_id", "tracking", "unit_id", "version", "warranty_months") VALUES (OLD."active", OLD."auxiliary_unit_id", OLD."barcode", OLD."brand_id", OLD."category_id", OLD."changed_at", OLD."changed_by_id", OLD."code", OLD."created_at", OLD."created_by_id", OLD."department_id", OLD."floor_price", OLD."id", OLD."model_name", OLD."name", OLD."nature", OLD."owner_id", OLD."per_auxiliary", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, NOW(), \'delete\', OLD."id", OLD."reference_cost", OLD."remarks", OLD."safety_stock", OLD."spec", OLD."standard_price", OLD."tax_category_code", OLD."tax_rate_id", OLD."tracking", OLD."unit_id", OLD."version", OLD."warranty_months"); RETURN NULL;', hash='b8f7e7b8eb95a43982a938396da683c49d94ab58', operation='DELETE', pgid='pgtrigger_delete_delete_a763a', table='catalog_product', when='AFTER')),
                    ],
                },
            ),
            migrations.CreateModel(
                name='TaxRate',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=40, unique=True, verbose_name='name')),
                    ('percent', models.DecimalField(decimal_places=2, max_digits=5, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('100'))], verbose_name='percent')),
                    ('treatment', models.CharField(choices=[('taxed', 'Taxed'), ('exempt', 'Exempt'), ('not_taxed', 'Not taxed')], default='taxed', max_length=10, verbose_name='treatment')),
                    ('valid_from', models.DateField(blank=True, null=True, verbose_name='valid from')),
                    ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                    ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ],
                options={
                    'verbose_name': 'tax rate',
                    'verbose_name_plural': 'tax rates',
                    'ordering': ['position', 'pk'],
                    'constraints': [
                        models.CheckConstraint(condition=models.Q(('treatment', 'taxed'), ('percent', 0), _connector='OR'), name='tax_rate_of_the_taxed'),
                        models.CheckConstraint(condition=models.Q(('valid_from', None), ('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='tax_rate_valid_in_order'),
                    ],
                },
            ),
            migrations.CreateModel(
                name='ProductEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('pgh_context', pghistory.utils.JSONField(null=True)),
                    ('id', models.BigIntegerField()),
                    ('version', models.PositiveIntegerField(default=0, editable=False, verbose_name='version')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                    ('changed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='changed at')),
                    ('code', models.CharField(max_length=40, verbose_name='code')),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('spec', models.CharField(blank=True, max_length=200, verbose_name='specification')),
                    ('model_name', models.CharField(blank=True, max_length=80, verbose_name='model')),
                    ('per_auxiliary', models.DecimalField(blank=True, decimal_places=3, max_digits=10, null=True, verbose_name='units in one auxiliary unit')),
                    ('barcode', models.CharField(blank=True, max_length=40, verbose_name='barcode')),
                    ('nature', models.CharField(choices=[('goods', 'Goods'), ('service', 'Service')], default='goods', max_length=8, verbose_name='goods or service')),
                    ('tax_category_code', models.CharField(blank=True, max_length=19, verbose_name='tax category code')),
                    ('standard_price', models.DecimalField(decimal_places=4, max_digits=16, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='standard price')),
                    ('floor_price', models.DecimalField(blank=True, decimal_places=4, max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='floor price')),
                    ('reference_cost', models.DecimalField(blank=True, decimal_places=4, max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='reference cost')),
                    ('tracking', models.CharField(choices=[('none', 'Not tracked'), ('serial', 'By serial number'), ('batch', 'By batch')], default='none', max_length=8, verbose_name='tracked in stock')),
                    ('warranty_months', models.PositiveSmallIntegerField(default=0, verbose_name='months of warranty')),
                    ('safety_stock', models.DecimalField(blank=True, decimal_places=3, max_digits=14, null=True, verbose_name='safety stock')),
                    ('active', models.BooleanField(default=True, verbose_name='on sale')),
                    ('remarks', models.TextField(blank=True, max_length=2000, verbose_name='remarks')),
                    ('auxiliary_unit', apps.core.parameters.models.DictionaryField(blank=True, db_constraint=False, dictionary='unit', limit_choices_to={'dictionary': 'unit'}, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='parameters.dictionaryentry', verbose_name='auxiliary unit')),
                    ('brand', apps.core.parameters.models.DictionaryField(blank=True, db_constraint=False, dictionary='brand', limit_choices_to={'dictionary': 'brand'}, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='parameters.dictionaryentry', verbose_name='brand')),
                    ('category', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.productcategory', verbose_name='category')),
                    ('changed_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
                    ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                    ('department', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.department', verbose_name='department')),
                    ('owner', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.product')),
                    ('unit', apps.core.parameters.models.DictionaryField(db_constraint=False, dictionary='unit', limit_choices_to={'dictionary': 'unit'}, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='parameters.dictionaryentry', verbose_name='unit')),
                    ('tax_rate', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='catalog.taxrate', verbose_name='tax rate')),
                ],
                options={
                    'abstract': False,
                    'triggers': [
                        pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='940e6199f2f19bd732620c5d3f2e10c3a68c0d21', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_582f1', table='catalog_productevent', when='BEFORE')),
                    ],
                },
            ),
        ]),
        migrations.RunPython(enter_rates, migrations.RunPython.noop),
    ]
