using System.Security.Cryptography;
using System.Text;
using Reelay.Server.Assets.Links;
using Reelay.Server.Engine.Callbacks;
using Reelay.Server.Secrets;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Assets;

public sealed class LinkKeysTests : IDisposable
{
    private static readonly string Old = new('1', 64);
    private static readonly string New = new('2', 64);

    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder.File(LinkKeys.FileName);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_start_makes_a_key_that_every_later_start_reads()
    {
        var made = Assert.Single(LinkKeys.Open(FilePath, Randomness.System).NewestFirst);
        Assert.Equal(LinkKeys.KeyBytes, made.Length);
        Assert.Equal(made, Assert.Single(LinkKeys.Open(FilePath, Randomness.System).NewestFirst));
        Assert.Equal([LinkKeys.FileName], _folder.Files());
        var other = LinkKeys.Open(_folder.File("other.keys"), Randomness.System);
        Assert.NotEqual(made, Assert.Single(other.NewestFirst));
    }

    [Fact]
    public void The_last_line_is_the_newest_key()
    {
        File.WriteAllText(FilePath, $"# links\r\n{Old}\r\n\r\n  {New}  \r\n");
        Assert.Equal([New, Old], LinkKeys.Open(FilePath, Randomness.System).NewestFirst.Select(Convert.ToHexString));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("11112222")]
    [InlineData("g111111111111111111111111111111111111111111111111111111111111111")]
    public void A_file_without_good_keys_is_refused_by_its_name_and_not_shown(string text)
    {
        File.WriteAllText(FilePath, text);
        var refused = Assert.Throws<InvalidOperationException>(() => LinkKeys.Open(FilePath, Randomness.System));
        Assert.Contains(FilePath, refused.Message, StringComparison.Ordinal);
        if (text.Length > 0) Assert.DoesNotContain(text, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void There_are_only_so_many_keys()
    {
        File.WriteAllLines(FilePath, Enumerable.Repeat(Old, LinkKeys.MaxKeys));
        Assert.Equal(LinkKeys.MaxKeys, LinkKeys.Open(FilePath, Randomness.System).NewestFirst.Count);
        File.AppendAllLines(FilePath, [New]);
        Assert.Throws<InvalidOperationException>(() => LinkKeys.Open(FilePath, Randomness.System));
    }

    [Fact]
    public void Derived_keys_are_the_same_on_every_node_and_change_with_the_master_key()
    {
        LinkKeys Node(string key, string? previous = null) => LinkKeys.Of(MasterKeys.Open(key, previous, "", null, Randomness.System));
        var (one, other, turning, turned) = (Node(Old), Node(Old), Node(New, Old), Node(New));
        Assert.Equal(one.NewestFirst, other.NewestFirst);

        // HKDF-SHA256 without a salt, written out: RFC 5869, 2.2 and 2.3.
        var extracted = HMACSHA256.HashData(new byte[32], Convert.FromHexString(Old));
        Assert.Equal(HMACSHA256.HashData(extracted, (byte[])[.. Encoding.ASCII.GetBytes("reelay link keys 1"), 1]), one.NewestFirst[0]);

        Assert.Equal([turned.NewestFirst[0], one.NewestFirst[0]], turning.NewestFirst);
        var link = new LinkSigner(one, TimeProvider.System).ContentLink("", "task_1", null, 1);
        Assert.Equal(link, new LinkSigner(other, TimeProvider.System).ContentLink("", "task_1", null, 1));
        Assert.NotEqual(link, new LinkSigner(turned, TimeProvider.System).ContentLink("", "task_1", null, 1));

        // Callbacks come to whichever node the balancer picks.
        var taskId = new TaskIds(TimeProvider.System, Randomness.System).Mint();
        var token = new CallbackTokens(one).Make("kling", taskId, 1);
        Assert.Equal((taskId, 1), new CallbackTokens(other).Read("kling", token));
        Assert.Equal((taskId, 1), new CallbackTokens(turning).Read("kling", token));
        Assert.Null(new CallbackTokens(turned).Read("kling", token));
        Assert.False(one.IsFile);
        Assert.Throws<InvalidOperationException>(() => one.Rotate(endsLinks: true, Randomness.System));
    }
}
