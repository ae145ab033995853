using System.Text;
using Reelay.Server.Secrets;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Routing;

public sealed class SecretBoxTests
{
    [Fact]
    public void A_secret_opens_for_its_owner_alone_and_is_nowhere_in_the_envelope()
    {
        using var folder = new TemporaryFolder();
        var box = new SecretBox(Open(folder), Randomness.System);
        var envelope = box.Seal("channel/a/1", "sk-very-secret");

        Assert.Equal("sk-very-secret", box.Open("channel/a/1", envelope));
        Assert.DoesNotContain("secret", Encoding.Latin1.GetString(envelope));
        Assert.NotEqual(envelope, box.Seal("channel/a/1", "sk-very-secret"));
        Assert.Contains("channel/a/2", Assert.Throws<InvalidOperationException>(() => box.Open("channel/a/2", envelope)).Message);
        Assert.Equal("", box.Open("empty", box.Seal("empty", "")));
    }

    [Fact]
    public void Any_changed_byte_and_any_cut_is_noticed()
    {
        using var folder = new TemporaryFolder();
        var box = new SecretBox(Open(folder), Randomness.System);
        var envelope = box.Seal("owner", "sk-very-secret");
        for (var i = 0; i < envelope.Length; i++)
        {
            var changed = envelope.ToArray();
            changed[i] ^= 1;
            Assert.DoesNotContain("very", Assert.Throws<InvalidOperationException>(() => box.Open("owner", changed)).Message);
            Assert.Throws<InvalidOperationException>(() => box.Open("owner", envelope.AsSpan(0, i)));
        }
    }

    [Fact]
    public void The_key_is_made_once_for_its_owner_only_and_read_again()
    {
        using var folder = new TemporaryFolder();
        var made = Open(folder);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File(MasterKey.FileName)));
        }

        Assert.Equal(made.Bytes, Open(folder, knownId: Convert.ToHexStringLower(made.Id)).Bytes);
        Assert.Equal([MasterKey.FileName], folder.Files());
    }

    [Fact]
    public void The_setting_is_taken_in_hexadecimal_digits_and_in_base64()
    {
        using var folder = new TemporaryFolder();
        var bytes = Enumerable.Range(0, 32).Select(number => (byte)number).ToArray();
        Assert.Equal(bytes, Open(folder, Convert.ToHexString(bytes)).Bytes);
        Assert.Equal(bytes, Open(folder, " " + Convert.ToBase64String(bytes) + "\n").Bytes);
        Assert.Empty(folder.Files());
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("00112233445566778899aabbccddeeff")]
    [InlineData("zz112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")]
    [InlineData("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff0")]
    public void What_is_no_key_is_refused_by_name_without_showing_it(string setting)
    {
        using var folder = new TemporaryFolder();
        var message = Assert.Throws<InvalidOperationException>(() => Open(folder, setting)).Message;
        Assert.Contains("REELAY_MASTER_KEY must be 32 bytes", message);
        Assert.DoesNotContain(setting, message);
        Assert.Empty(folder.Files());
    }

    [Fact]
    public void A_lost_key_is_not_replaced()
    {
        using var folder = new TemporaryFolder();
        var message = Assert.Throws<InvalidOperationException>(() => Open(folder, knownId: "0011223344556677")).Message;
        Assert.Contains("REELAY_MASTER_KEY is not set", message);
        Assert.Empty(folder.Files());
    }

    private static MasterKey Open(TemporaryFolder folder, string? setting = null, string? knownId = null) =>
        MasterKey.Open(setting, folder.File(MasterKey.FileName), knownId, Randomness.System);
}
