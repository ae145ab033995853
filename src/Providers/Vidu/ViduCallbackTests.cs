using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Reelay.Providers;

namespace Reelay.Tests.Providers.Vidu;

/// <summary>What a callback is taken for, and that its signature covers its address; by the test vectors of the facts.</summary>
public sealed class ViduCallbackTests
{
    // The first has the request line, date and nonce of the official example; the keys are invented.
    private static readonly Vector First = new(
        "sim-secret-1", "https://gw.example/vidu/callback?name=james&age=36", "Tue, 06 May 2025 12:09:42 GMT", "123e4567-e89b-12d3-a456-426614174000",
        "feOsPhr63jxiV7JXXP0x5fMJxHv0tXGzP4z+P2+svP8=");

    private static readonly Vector Second = new(
        "vda_local_key", "https://gw.example/hooks/vidu", "Sat, 21 Nov 2026 08:00:00 GMT", "00000000-0000-4000-8000-000000000001",
        "gjC44ZrGML334ORhrowlyG0xPF+5/4ybgrp02YuH0ow=");

    private readonly ViduCase _test = new();

    private sealed record Vector(string Key, string Address, string Date, string Nonce, string Signature)
    {
        public DateTimeOffset Sent => DateTimeOffset.ParseExact(Date, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

        public Dictionary<string, string> Headers => new()
        {
            ["Date"] = Date,
            ["x-request-nonce"] = Nonce,
            ["X-HMAC-SIGNED-HEADERS"] = "Date;x-request-nonce",
            ["X-HMAC-ALGORITHM"] = "hmac-sha256",
            ["X-HMAC-ACCESS-KEY"] = "vidu",
            ["X-HMAC-SIGNATURE"] = Signature,
        };
    }

    // The documented text spelled out, so that the vectors are held against it and not against the code.
    [Fact]
    public void The_vectors_sign_the_documented_text_with_its_last_line_end_and_an_empty_line_for_no_query()
    {
        Assert.Equal(First.Signature, Sign(First,
            "POST\n/vidu/callback\nname=james&age=36\nvidu\nTue, 06 May 2025 12:09:42 GMT\nDate:Tue, 06 May 2025 12:09:42 GMT\n"
                + "x-request-nonce:123e4567-e89b-12d3-a456-426614174000\n"));
        Assert.Equal(Second.Signature, Sign(Second,
            "POST\n/hooks/vidu\n\nvidu\nSat, 21 Nov 2026 08:00:00 GMT\nDate:Sat, 21 Nov 2026 08:00:00 GMT\n"
                + "x-request-nonce:00000000-0000-4000-8000-000000000001\n"));
    }

    [Fact]
    public void Both_vectors_are_right_signatures()
    {
        foreach (var vector in new[] { First, Second })
        {
            Assert.True(IsGenuine(vector));

            // Names of headers have no case; those that are signed are written as they were signed.
            Assert.True(IsGenuine(vector, headers: vector.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value)));
            Assert.True(IsGenuine(vector, addresses: ["https://gw.example/another", vector.Address]));
        }
    }

    [Theory]
    [InlineData("Date", "Sat, 21 Nov 2026 08:00:01 GMT")]
    [InlineData("Date", "2026-11-21T08:00:00Z")]
    [InlineData("x-request-nonce", "00000000-0000-4000-8000-000000000002")]
    [InlineData("X-HMAC-SIGNED-HEADERS", "x-request-nonce;Date")]
    [InlineData("X-HMAC-SIGNED-HEADERS", "date;x-request-nonce")]
    [InlineData("X-HMAC-SIGNED-HEADERS", "Date;x-request-nonce;x-absent")]
    [InlineData("X-HMAC-SIGNED-HEADERS", "")]
    [InlineData("X-HMAC-ALGORITHM", "hmac-sha1")]
    [InlineData("X-HMAC-ACCESS-KEY", "other")]
    [InlineData("X-HMAC-SIGNATURE", "gjC44ZrGML334ORhrowlyG0xPF+5/4ybgrp02YuH0oA=")]
    [InlineData("X-HMAC-SIGNATURE", "")]
    public void A_header_that_differs_is_not_genuine(string name, string value) =>
        Assert.False(IsGenuine(Second, headers: new(Second.Headers) { [name] = value }));

    [Fact]
    public void A_header_that_is_missing_an_address_or_a_key_that_differs_is_not_genuine()
    {
        foreach (var name in Second.Headers.Keys)
            Assert.False(IsGenuine(Second, headers: Second.Headers.Where(header => header.Key != name).ToDictionary()), name);
        Assert.False(IsGenuine(Second, addresses: []));
        Assert.False(IsGenuine(Second, addresses: ["https://gw.example/hooks/vidu/"]));
        Assert.False(IsGenuine(Second, addresses: ["https://gw.example/hooks/vidu?a=1"]));
        Assert.False(IsGenuine(Second with { Key = "vda_other_key" }));
    }

    [Theory]
    [InlineData(300, true)]
    [InlineData(-300, true)]
    [InlineData(301, false)]
    [InlineData(-301, false)]
    public void A_signature_is_good_for_five_minutes(int seconds, bool isGenuine) =>
        Assert.Equal(isGenuine, IsGenuine(Second, now: Second.Sent.AddSeconds(seconds)));

    [Fact]
    public void A_channel_may_leave_the_signature_unchecked() =>
        Assert.True(_test.Provider.IsGenuine(_test.Account("""{"check_callbacks":false}"""), [], new Dictionary<string, string>()));

    [Theory]
    [InlineData("callback.success.json")]
    [InlineData("poll.processing.json")]
    [InlineData("poll.failed.policy.json")]
    public void A_body_names_its_task_and_says_nothing_of_its_end(string fixture) =>
        Assert.Equal(new CallbackReading(ViduCase.TaskId, null, IsSigned: false), Read(ViduCase.Fixture(fixture)));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"id":"916345012887654400"}""")]
    [InlineData("""{"state":"success"}""")]
    [InlineData("""{"id":"../x","state":"success"}""")]
    [InlineData("""{"id":{},"state":"success"}""")]
    public void Anything_else_is_no_callback(string body) => Assert.Null(Read(body));

    private static string Sign(Vector vector, string text) =>
        Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(vector.Key), Encoding.UTF8.GetBytes(text)));

    private bool IsGenuine(Vector vector, string[]? addresses = null, Dictionary<string, string>? headers = null, DateTimeOffset? now = null) =>
        _test.Provider.IsGenuine(
            _test.Account(now: now ?? vector.Sent, key: vector.Key), [.. (addresses ?? [vector.Address]).Select(address => new Uri(address))],
            headers ?? vector.Headers);

    private CallbackReading? Read(string body) => _test.Provider.ReadCallback(_test.Account(), new Dictionary<string, string>(), Encoding.UTF8.GetBytes(body));
}
