using System.Globalization;
using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace Reelay.Tests.Fuzz;

/// <summary>
/// Thousands of requests over all routes, right ones and altered ones: every answer is well-formed, refused requests leave nothing, and
/// accepted ones are exactly what is there. Every round has a gateway of its own.
/// </summary>
/// <remarks>
/// <c>REELAY_REQUESTS</c> says how many (2,000; with more, the first seed is drawn). A failing case is printed with FsCheck's seeds, any of
/// which <c>REELAY_SEED</c> takes: a number, or seed and gamma, repeat a round from its beginning; the three numbers of the last step repeat
/// that case alone.
/// </remarks>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int RoundLength = 2_000;
    private const ulong UsualSeed = 20_261_121;

    // Odd, and with its bits well mixed; FsCheck steps by it.
    private const ulong UsualGamma = 0x9E3779B97F4A7C15;

    [Fact]
    public async Task Every_request_of_the_corpus_is_right()
    {
        await using var world = await FuzzWorld.StartAsync();
        foreach (var recipe in FuzzCorpus.Recipes)
        {
            var request = recipe.Build(world.Names);
            var answer = await world.SendAsync(request);
            Assert.True(answer!.Status == recipe.Status, $"{recipe.Name}: {answer}");
        }

        await world.AuditAsync();
    }

    [Fact]
    public async Task Altered_requests_are_answered_in_good_order_and_leave_nothing_behind()
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("REELAY_REQUESTS") ?? "2000", CultureInfo.InvariantCulture);
        var given = Environment.GetEnvironmentVariable("REELAY_SEED")?.Trim('(', ')').Split(',') ?? [];
        var seed = given.Length > 0 ? ulong.Parse(given[0], CultureInfo.InvariantCulture)
            : count > RoundLength ? (ulong)RandomNumberGenerator.GetInt32(int.MaxValue) : UsualSeed;
        var gamma = given.Length > 1 ? ulong.Parse(given[1], CultureInfo.InvariantCulture) : UsualGamma;
        var size = given.Length > 2 ? FSharpOption<int>.Some(int.Parse(given[2], CultureInfo.InvariantCulture)) : FSharpOption<int>.None;
        for (; count > 0; count -= RoundLength, seed++) await RunAsync(new Replay(new Rnd(seed, gamma), size), Math.Min(count, RoundLength));
    }

    private async Task RunAsync(Replay replay, int count)
    {
        await using var world = await FuzzWorld.StartAsync();
        var config = Config.QuickThrowOnFailure.WithMaxTest(count).WithQuietOnSuccess(true).WithReplay(FSharpOption<Replay>.Some(replay));
        Check.One(config, Prop.ForAll(FuzzCase.Any, (FuzzCase drawn) => SendAsync(world, drawn)));
        await world.AuditAsync();
        output.WriteLine($"Seed {replay.Rnd.Seed}: {string.Join(", ", world.Answers.Select(row => $"{row.Value} x {row.Key}"))}; orders ended: {string.Join(", ", world.Ends.Select(row => $"{row.Count} x {row.Code ?? "well"}"))}");
        Assert.True(count < RoundLength || world.Answers.GetValueOrDefault(200) is var right && right > count / 10 && right < count * 9 / 10, "Nearly all or nearly none were accepted.");
    }

    private static async Task SendAsync(FuzzWorld world, FuzzCase drawn)
    {
        try
        {
            var answer = await world.SendAsync(drawn.Build(world.Names));
            if (drawn.Mutations.Count == 0) Assert.Equal(drawn.Origin.Status, answer!.Status);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw new InvalidOperationException($"{exception.Message}\n\nThe answer: {world.Last}", exception);
        }
    }
}
