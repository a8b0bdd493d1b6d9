"""Migrations as people and generators write them, each with the right answer.

True: the release before cannot go on, because something that it reads is gone or what it writes is refused.
"""

from __future__ import annotations

SQL: dict[str, tuple[str, bool]] = {
    "a column that may be empty": (
        """BEGIN;
ALTER TABLE orders ADD COLUMN shipping_method text; -- next release: DROP COLUMN carrier
COMMENT ON COLUMN orders.shipping_method IS 'replaces carrier; DROP TABLE carriers follows';
COMMIT;
""",
        False,
    ),
    "a column that needs a value, with a default": (
        "ALTER TABLE accounts ADD COLUMN balance numeric(12, 2) NOT NULL DEFAULT 0, ADD COLUMN locale varchar(8);\n",
        False,
    ),
    "a column that needs a value, without one": (
        "ALTER TABLE invoices ADD COLUMN total numeric(12, 2) NOT NULL;\n",
        True,
    ),
    "an index beside the traffic": (
        (
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_customer_idx ON orders (customer_id);\n"
            "ALTER INDEX orders_idx RENAME TO orders_created_idx;\n"
        ),
        False,
    ),
    "a unique index beside the traffic": (
        "CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (lower(email));\n",
        True,
    ),
    "a backfill by a trigger": (
        """ALTER TABLE users ADD COLUMN email_normalized text;
CREATE OR REPLACE FUNCTION normalize_email() RETURNS trigger AS $$
BEGIN
  NEW.email_normalized := lower(NEW.email);
  DELETE FROM pending_emails WHERE user_id = NEW.id;
  RETURN NEW;
END;
$$ LANGUAGE plpgsql;
DROP TRIGGER IF EXISTS users_normalize ON users;
CREATE TRIGGER users_normalize BEFORE INSERT OR UPDATE ON users FOR EACH ROW EXECUTE FUNCTION normalize_email();
UPDATE users SET email_normalized = lower(email) WHERE email_normalized IS NULL;
""",
        False,
    ),
    "a rename": ("ALTER TABLE customers RENAME COLUMN name TO full_name;\n", True),
    "a narrower type": ("ALTER TABLE products\n    ALTER COLUMN sku TYPE varchar(20) USING left(sku, 20);\n", True),
    "no default any more": ("ALTER TABLE invoices ALTER COLUMN status DROP DEFAULT;\n", True),
    "a value that is needed now, in a block": (
        """DO $$
BEGIN
  UPDATE users SET name = '' WHERE name IS NULL;
  ALTER TABLE users ALTER COLUMN name SET NOT NULL;
EXCEPTION WHEN undefined_column THEN NULL;
END $$;
""",
        True,
    ),
    "a value of an enum more": ("ALTER TYPE order_status ADD VALUE IF NOT EXISTS 'refunded' AFTER 'paid';\n", False),
    "a view with a column more": (
        "CREATE OR REPLACE VIEW active_users AS SELECT id, email, last_login FROM users WHERE deleted_at IS NULL;\n",
        False,
    ),
    "a table of its own, as Prisma writes it": (
        """-- AlterTable
ALTER TABLE "Order" ADD COLUMN     "couponId" INTEGER;

-- CreateTable
CREATE TABLE "Coupon" (
    "id" SERIAL NOT NULL,
    "code" TEXT NOT NULL,
    CONSTRAINT "Coupon_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Coupon_code_key" ON "Coupon"("code");

-- AddForeignKey
ALTER TABLE "Order" ADD CONSTRAINT "Order_couponId_fkey" FOREIGN KEY ("couponId")
    REFERENCES "Coupon"("id") ON DELETE SET NULL ON UPDATE CASCADE;
""",
        False,
    ),
    "a constraint on rows to come": (
        "ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;\n",
        True,
    ),
    "a constraint that was there is validated": ("ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;\n", False),
    "a copy for the way back": (
        """CREATE TEMPORARY TABLE doubles AS SELECT min(id) AS id FROM tags GROUP BY name;
UPDATE post_tags SET tag_id = d.id FROM doubles d WHERE post_tags.tag_id = d.id;
DROP TABLE doubles;
""",
        False,
    ),
    "rows that move": (
        (
            "WITH old AS (DELETE FROM events WHERE created < '2024-01-01' RETURNING *)\n"
            "INSERT INTO archive SELECT * FROM old;\n"
        ),
        True,
    ),
    "a column of MySQL's, named like a keyword": (
        (
            "ALTER TABLE `prices` ADD COLUMN `change` DECIMAL(8,2) NULL AFTER `price`,\n"
            "  ADD INDEX `idx_change` (`change`);\n"
        ),
        False,
    ),
    "MySQL's other type": ("ALTER TABLE `notes` MODIFY COLUMN `body` VARCHAR(100) NOT NULL;\n", True),
    "batches of SQL Server": (
        "ALTER TABLE dbo.orders ADD note nvarchar(9) NULL\nGO\nALTER TABLE dbo.orders ALTER COLUMN code char(8)\nGO\n",
        True,
    ),
    "a statement made of text": (
        "DO $$ BEGIN EXECUTE format('ALTER TABLE %I DROP COLUMN note', 'orders'); END $$;\n",
        True,
    ),
    "rows hidden from those who do not own them": ("ALTER TABLE notes ENABLE ROW LEVEL SECURITY;\n", True),
    "several columns at once": ("ALTER TABLE notes ADD (author int NOT NULL, place text);\n", True),
    "a number that truncates": (
        "UPDATE prices SET amount = TRUNCATE(amount, 2);\nGRANT TRUNCATE ON prices TO app;\n",
        False,
    ),
}

INITIAL = """
class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False)),
                ("email", models.EmailField(max_length=254)),
                ("phone", models.CharField(max_length=20, null=True, blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False)),
                ("note", models.CharField(max_length=200, blank=True)),
                ("total", models.DecimalField(max_digits=10, decimal_places=2)),
            ],
        ),
        migrations.AddField(
            model_name="order",
            name="customer",
            field=models.ForeignKey(on_delete=models.CASCADE, to="shop.customer"),
        ),
        migrations.AlterUniqueTogether(name="order", unique_together={("customer", "note")}),
    ]
"""

DJANGO: dict[str, tuple[str, bool]] = {
    "a field that may be empty, filled in": (
        """
def forwards(apps, schema_editor):
    Order = apps.get_model("shop", "Order")
    for order in Order.objects.filter(currency__isnull=True).iterator():
        order.currency = "EUR"
        order.save(update_fields=["currency"])

class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddField("order", "currency", models.CharField(max_length=3, null=True)),
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
""",
        False,
    ),
    "a field with a default that only Django knows": (
        """
class Migration(migrations.Migration):
    operations = [
        migrations.AddField(
            model_name="customer", name="active", field=models.BooleanField(default=True), preserve_default=False
        ),
    ]
""",
        True,
    ),
    "keys that are bigger, as a new DEFAULT_AUTO_FIELD writes": (
        """
class Migration(migrations.Migration):
    operations = [
        migrations.AlterField("order", "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
        migrations.AlterField("order", "note", models.TextField(blank=True)),
        migrations.AlterField("order", "total", models.DecimalField(max_digits=12, decimal_places=2)),
    ]
""",
        False,
    ),
    "a decimal with fewer digits before its point": (
        """
class Migration(migrations.Migration):
    operations = [migrations.AlterField("order", "total", models.DecimalField(max_digits=10, decimal_places=4))]
""",
        True,
    ),
    "a field that must not be empty any more": (
        """
class Migration(migrations.Migration):
    operations = [
        migrations.RunSQL("UPDATE shop_customer SET phone = '' WHERE phone IS NULL", migrations.RunSQL.noop),
        migrations.AlterField("customer", "phone", models.CharField(max_length=20, blank=True, default="")),
    ]
""",
        True,
    ),
    "rows deleted by a helper": (
        """
def _doubles(model):
    for email in model.objects.values_list("email", flat=True).distinct():
        model.objects.filter(email=email)[1:].delete()

def forwards(apps, schema_editor):
    _doubles(apps.get_model("shop", "Customer"))

class Migration(migrations.Migration):
    operations = [migrations.RunPython(code=forwards, reverse_code=migrations.RunPython.noop)]
""",
        True,
    ),
    "SQL in a constant": (
        """
SQL = "ALTER TABLE shop_order " + "DROP COLUMN note"

def forwards(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(SQL)

class Migration(migrations.Migration):
    operations = [migrations.RunPython(forwards)]
""",
        True,
    ),
    "SQL that stands in another file": (
        """
class Migration(migrations.Migration):
    operations = [migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text())]
""",
        True,
    ),
    "a field that leaves the state first": (
        """
class Migration(migrations.Migration):
    atomic = False
    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("order", "note")]),
        AddIndexConcurrently("order", models.Index(fields=["total"], name="order_total_idx")),
        migrations.RemoveConstraint("order", "total_positive"),
        migrations.AlterUniqueTogether(name="order", unique_together=set()),
    ]
""",
        False,
    ),
    "a field that is unique among new values": (
        """
class Migration(migrations.Migration):
    operations = [
        migrations.AddField("customer", "slug", models.SlugField(null=True)),
        migrations.AddConstraint(
            model_name="customer", constraint=models.UniqueConstraint(fields=["slug"], name="customer_slug")
        ),
    ]
""",
        False,
    ),
    "a condition on rows to come": (
        """
class Migration(migrations.Migration):
    operations = [
        migrations.AddConstraint(
            "order", models.CheckConstraint(condition=models.Q(total__gte=0), name="order_total_positive")
        ),
    ]
""",
        True,
    ),
    "rows deleted in passing": (
        """
class Migration(migrations.Migration):
    operations = [
        migrations.RunPython(lambda apps, _: apps.get_model("shop", "Order").objects.filter(total=0).delete()),
    ]
""",
        True,
    ),
    "a function with arguments": (
        """
def fill(apps, schema_editor, *, note):
    apps.get_model("shop", "Order").objects.filter(note="").update(note=note)

class Migration(migrations.Migration):
    operations = [migrations.RunPython(functools.partial(fill, note="-"))]
""",
        False,
    ),
    "a function of another module": (
        """
from shop.data import rewrite

class Migration(migrations.Migration):
    operations = [migrations.RunPython(rewrite)]
""",
        True,
    ),
    "a key to another table": (
        """
class Migration(migrations.Migration):
    operations = [
        migrations.AlterField("order", "customer", models.ForeignKey(on_delete=models.CASCADE, to="crm.person")),
    ]
""",
        True,
    ),
}

ALEMBIC: dict[str, tuple[str, bool]] = {
    "a key to a table of its own": (
        """
    op.create_table(
        "coupons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_coupons_code"), "coupons", ["code"], unique=True)
    op.add_column("orders", sa.Column("coupon_id", sa.Integer(), nullable=True))
    op.create_foreign_key(None, "orders", "coupons", ["coupon_id"], ["id"])
""",
        False,
    ),
    "a default that goes once the rows are filled": (
        """
    op.add_column("users", sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.alter_column("users", "active", server_default=None)
""",
        True,
    ),
    "a default that stays": (
        """
    op.add_column("users", sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.alter_column("users", "created", existing_type=sa.DateTime(), server_default=sa.func.now())
""",
        False,
    ),
    "a longer text, as autogenerate writes it": (
        """
    op.alter_column("users", "name",
               existing_type=sa.VARCHAR(length=50),
               type_=sa.String(length=200),
               existing_nullable=False)
    op.alter_column("posts", "views", existing_type=sa.INTEGER(), type_=sa.BigInteger(), existing_nullable=True)
""",
        False,
    ),
    "a shorter text in a batch": (
        """
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.alter_column("name", existing_type=sa.VARCHAR(length=200), type_=sa.String(length=50))
""",
        True,
    ),
    "a value that is needed now, in a batch": (
        """
    op.execute("UPDATE users SET phone = '' WHERE phone IS NULL")
    with op.batch_alter_table("users") as batch_op:
        batch_op.alter_column("phone", existing_type=sa.String(length=20), nullable=False)
""",
        True,
    ),
    "a batch that adds": (
        """
    with op.batch_alter_table("users") as batch_op:
        batch_op.add_column(sa.Column("nickname", sa.String(length=40), nullable=True))
        batch_op.create_unique_constraint("uq_users_nickname", ["nickname"])
        batch_op.create_index("ix_users_created", ["created"])
""",
        False,
    ),
    "a value of an enum more": (
        """
    with op.get_context().autocommit_block():
        op.execute("ALTER TYPE order_status ADD VALUE IF NOT EXISTS 'refunded'")
""",
        False,
    ),
    "a backfill by SQLAlchemy": (
        """
    users = sa.table("users", sa.column("id"), sa.column("email"), sa.column("domain"))
    bind = op.get_bind()
    for row in bind.execute(sa.select(users.c.id, users.c.email)):
        statement = users.update().where(users.c.id == row.id).values(domain=row.email.split("@")[1])
        bind.execute(statement)
""",
        False,
    ),
    "a slug for each row, by a helper": (
        """
    op.add_column("groups", sa.Column("slug", sa.String(), nullable=True))
    op.create_index(op.f("ix_groups_slug"), "groups", ["slug"], unique=True)
    session = Session(bind=op.get_bind())
    for group in session.query(Group).all():
        session.execute(
            sa.text(f"UPDATE {Group.__tablename__} SET slug=:slug WHERE id=:id").bindparams(slug=group.name)
        )
    session.commit()
""",
        False,
    ),
    "rows deleted by SQLAlchemy": (
        """
    sessions = sa.table("sessions", sa.column("expires"))
    op.execute(sessions.delete().where(sessions.c.expires < sa.func.now()))
""",
        True,
    ),
    "statements in a loop": (
        """
    for statement in ("ALTER TABLE users SET (fillfactor = 80)", "ALTER TABLE users RENAME TO accounts"):
        op.execute(sa.text(statement))
""",
        True,
    ),
    "a unique name": (
        """
    op.create_unique_constraint("uq_users_name", "users", ["name"])
""",
        True,
    ),
    "more digits": (
        """
    op.alter_column("prices", "amount", existing_type=sa.Numeric(10, 2), type_=sa.Numeric(precision=12, scale=2))
    op.alter_column("prices", "code", existing_type=sa.String(8), type_=sa.Text())
""",
        False,
    ),
    "digits moved behind the point": (
        """
    op.alter_column("prices", "amount", existing_type=sa.Numeric(10, 2), type_=sa.Numeric(10, 4))
""",
        True,
    ),
    "columns of a list": (
        """
    for column in COLUMNS:
        op.add_column("users", column)
""",
        True,
    ),
    "a key over a column that is there": (
        """
    op.create_foreign_key("fk_orders_user", "orders", "users", ["user_id"], ["id"], ondelete="CASCADE")
""",
        True,
    ),
    "a number that counts itself": (
        """
    op.add_column("users", sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False))
""",
        False,
    ),
}
