using System.Globalization;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using Reelay.Providers;
using Reelay.Server.Billing;
using Reelay.Server.Catalog;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Tests.Engine;
using Reelay.Tests.Support;

namespace Reelay.Tests.Billing;

/// <summary>
/// Random interleavings of create, poll, callback, cancel, crash, settle, retry, price change and adjustment against the real store and
/// engine: money is conserved, nothing falls below its floor, each reservation is closed once, at the price it was accepted under.
/// </summary>
/// <remarks><c>REELAY_MONEY</c> says how many (6; with more the seed is drawn). A failing case is printed with the seed, which <c>REELAY_SEED</c> takes.</remarks>
public sealed class MoneyPropertyTests(ITestOutputHelper output)
{
    private const ulong UsualSeed = 20_261_121;
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    // What the upstream makes of an order; the first is by far the most frequent.
    private static readonly string[] Fates = ["good", "good", "good", "good", "failed", "charged", "refused", "short", "lost"];

    private static readonly string[] Kinds =
        ["create", "create", "create", "create", "create", "cancel", "delete", "adjust", "price", "retry", "callback", "settle", "pause", "crash", "audit"];

    [Fact]
    public void Money_is_conserved_whatever_happens()
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("REELAY_MONEY") ?? "6", CultureInfo.InvariantCulture);
        var seed = Environment.GetEnvironmentVariable("REELAY_SEED") is { Length: > 0 } given ? ulong.Parse(given, CultureInfo.InvariantCulture)
            : count > 6 ? (ulong)RandomNumberGenerator.GetInt32(int.MaxValue) : UsualSeed;
        output.WriteLine($"Seed {seed}, {count} cases.");
        var step = Gen.Elements(Kinds).SelectMany(kind => Gen.Choose(0, 1_000_000).Select(number => new Step(kind, number)));
        var steps = Arb.From(Gen.Choose(10, 40).SelectMany(length => step.ArrayOf(length)));
        var config = Config.QuickThrowOnFailure.WithMaxTest(count).WithQuietOnSuccess(true)
            .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(seed, Gamma), FSharpOption<int>.None)));
        Check.One(config, Prop.ForAll(steps, (Step[] drawn) => RunAsync(drawn)));
    }

    private static async Task RunAsync(Step[] steps)
    {
        var upstream = new ScriptedUpstream { SearchKind = SearchKind.ByToken };
        upstream.OnSubmit = (call, _) => call.Request.Prompt switch
        {
            "refused" => throw new ProviderException(ProviderErrorKind.ContentRejected, "no"),
            "lost" => Task.FromResult(upstream.AcceptAndDrop(call)),
            _ => Task.FromResult<Submission>(upstream.Accept(call)),
        };
        upstream.OnPoll = (id, _) => Task.FromResult<PollResult>(upstream.Jobs.First(job => job.Id == id).Prompt switch
        {
            "failed" => new PollResult.Failed(ProviderErrorKind.InvalidRequest, "no"),
            "charged" => new PollResult.Failed(ProviderErrorKind.ContentRejected, "no", FailureCharge.Full),
            _ => ScriptedUpstream.Clip,
        });
        var run = new Run(await EngineWorld.StartAsync(upstream));
        try
        {
            foreach (var step in steps) await run.TakeAsync(step);
            await run.FinishAsync();
        }
        finally
        {
            await run.World.DisposeAsync();
        }
    }

    private sealed record Step(string Kind, int Number);

    private sealed class Run
    {
        private readonly List<GenerationTask> _tasks = [];
        private long _paidIn = EngineWorld.Balance;
        private (long Micros, long Factor) _price = (100, AcceptedPrice.FactorOne);

        public Run(EngineWorld world)
        {
            World = world;

            // The engine's tests give their account a balance without a row.
            Ledger(database => database.Write((connection, transaction) => connection.Execute(
                $"INSERT INTO ledger_entries (account_id, kind, balance_micros, reserved_micros, created_at) VALUES ('{Rows.Account}', 'adjust', {EngineWorld.Balance}, 0, 1)",
                transaction)));
        }

        public EngineWorld World { get; private set; }

        public async Task TakeAsync(Step step)
        {
            var task = _tasks.Count == 0 ? null : _tasks[step.Number % _tasks.Count];
            switch (step.Kind)
            {
                case "create":
                    await CreateAsync(step.Number);
                    break;
                case "cancel" or "delete" when task is not null:
                    World.Engine.Learn((await World.Committer.WriteAsync(new StoreOperation.Intent(task.Id, Rows.Account, step.Kind == "delete", EngineWorld.Now))).Task ?? task);
                    break;
                case "adjust":
                    Adjust(step.Number);
                    break;
                case "price":
                    _price = (step.Number % 5000, step.Number % 3 * 750_000);
                    break;
                case "retry" when task is not null:
                    Assert.Equal(OperationOutcome.IdTaken, (await World.Committer.WriteAsync(new StoreOperation.Create(World.Fence(task), task))).Outcome);
                    break;
                case "callback" when task is not null:
                    await World.Committer.WriteAsync(new StoreOperation.Post(new InboxRow(task.Id, 1, InboxRow.Callback, "c" + step.Number, "{}", EngineWorld.Now)));
                    break;
                case "settle" when task is not null:
                    await SettleAgainAsync(task, step.Number);
                    break;
                case "pause" when task is not null:
                    await World.FinishAsync(task.Id);
                    break;
                case "crash":
                    World = await World.RestartAsync();
                    break;
            }

            var (balance, reserved) = World.Money();
            Assert.True(balance >= reserved && reserved >= 0, $"after {step}: balance {balance}, reserved {reserved}");
            if (step.Kind is "audit" or "crash") AssertClean();
        }

        public async Task FinishAsync()
        {
            var settled = 0L;
            foreach (var task in _tasks)
            {
                var ended = (await World.FinishAsync(task.Id)).Task;
                Assert.Equal(task.Price, ended.Price);
                var full = ended.Price!.Charge(ended.Price.Units);
                Assert.True(ended.SettledMicros is null or >= 0 && (ended.SettledMicros ?? 0) <= full, $"{task.Order.Prompt}: {ended.SettledMicros} of {full}");

                // The clip is 2 s long, and 4 were ordered.
                if (ended.Phase == TaskPhase.Completed) Assert.Equal(ended.Price.Charge(2), ended.SettledMicros);
                settled += ended.SettledMicros ?? 0;
            }

            Assert.Equal((_paidIn - settled, 0), World.Money());
            AssertClean();
        }

        private async Task CreateAsync(int number)
        {
            var price = new AcceptedPrice { Per = "second", Micros = _price.Micros, FactorMillionths = _price.Factor, Version = "v", Units = 4, InputSeconds = 0 };

            // One in ten costs more than anybody has.
            if (number % 10 == 9) price = price with { Micros = 10_000_000, FactorMillionths = AcceptedPrice.FactorOne };
            var task = Rows.Task(prompt: Fates[number % Fates.Length], price: price.Charge(price.Units), createdAt: EngineWorld.Now) with { Price = price };
            var (balance, reserved) = World.Money();
            var created = await World.Committer.WriteAsync(new StoreOperation.Create(World.Fence(task), task));
            if (created.Outcome == OperationOutcome.InsufficientBalance)
            {
                Assert.True(task.PriceMicros > balance - reserved);
                return;
            }

            Assert.Equal(OperationOutcome.Applied, created.Outcome);
            _tasks.Add(task);
            World.Engine.Add(task);
        }

        // Somebody else's write of the end, with the version it knows: it ends the task or changes nothing, and never pays twice.
        private async Task SettleAgainAsync(GenerationTask task, int number)
        {
            var now = (await World.ReadAsync(task.Id)).Task;
            if (!now.Phase.IsTerminal()) return;
            var money = number % 2 == 0 ? MoneyMove.Release : MoneyMove.Settle(now.PriceMicros);
            var again = new StoreOperation.Transition(World.Fence(task), now with { Version = now.Version + 1 }) { Money = money };
            try
            {
                // Its attempt may have been closed since it was read.
                Assert.Equal(OperationOutcome.VersionChanged, (await World.Committer.WriteAsync(again)).Outcome);
            }
            catch (StoreUnavailableException)
            {
                // A rule of the schema refused it.
            }
        }

        private void Adjust(int number)
        {
            var micros = (number % 2 == 0 ? 1 : -1) * (1 + (number % 3 * 400_000L));
            var adjustment = new Adjustment(Rows.Account, micros, "why", "key-" + number, "key_admin", IsForced: false);
            AdjustmentOutcome Try() => Ledger(database => new SqlLedger(database).Adjust(adjustment, EngineWorld.Now).Outcome);
            var outcomes = new[] { Try(), Try() };

            // Applied once at most; what was refused for want of money can go through a moment later, when a reservation has ended.
            Assert.Contains((outcomes[0], outcomes[1]), new[]
            {
                (AdjustmentOutcome.Applied, AdjustmentOutcome.Replayed), (AdjustmentOutcome.Replayed, AdjustmentOutcome.Replayed),
                (AdjustmentOutcome.BelowFloor, AdjustmentOutcome.BelowFloor), (AdjustmentOutcome.BelowFloor, AdjustmentOutcome.Applied),
            });
            if (outcomes.Contains(AdjustmentOutcome.Applied)) _paidIn += micros;
        }

        private void AssertClean() => Assert.Equal([], Ledger(database => new SqlLedgerAudit(database).Run()).Violations.Select(one => one.ToString()));

        private T Ledger<T>(Func<Database, T> use)
        {
            using var database = World.OpenDatabase();
            return use(database);
        }
    }
}
