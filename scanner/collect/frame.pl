# What frame.sh does with a dozen processes for each probe, in one for all of them: the same frame, limits and caps.
# Standard input: the nonce, the helpers and the plan; then of each probe name, seconds, bytes, why it is not to run and its
# snippet; then an empty name; each ended by a NUL. Ends with 42 when all is done, with 70 when it began and could not go
# on. Only what every perl has built in.
use strict;
exit 2 if $] < 5.008;
my ($nonce, $helpers, $plan) = (asked(), asked(), asked());
exit 2 if !defined $plan;
my ($pid, $late, $due) = (0, 0, 0);
binmode STDOUT;
# Who kills the shell and its group must not free a probe of its limit.
setpgrp 0, 0;
eval { setpriority 0, 0, 10 if getpriority(0, 0) < 10 };
# Whatever ends this, the probe does not stay behind.
END { kill 'KILL', -$pid if $pid }
# Nobody waits for the answer any more.
$SIG{$_} = sub { exit 70 } for qw(PIPE TERM HUP INT);
# A signal also ends the wait for a reader that does not read.
$SIG{ALRM} = \&late;

$ENV{CTPAT_RIGHTS} = 'root' if $> == 0;
my $now = time;
put("\n\@$nonce START version=1 timeout=perl euid=$> epoch=$now rights=$ENV{CTPAT_RIGHTS}\n\n\@$nonce PLAN $plan\n");
while (defined(my $name = asked())) {
  if ($name eq '') {
    put("\n\@$nonce DONE\n");
    exit 42;
  }
  my ($limit, $cap, $why, $snippet) = (asked(), asked(), asked(), asked());
  defined $snippet or last;
  put("\n\@$nonce B $name $limit $cap\n");
  if ($why eq '') { probe($name, $limit, $cap, $snippet) } else { put("|$why\n\n\@$nonce E $name 96 0 0\n") }
}
exit 70;

sub asked {
  local $/ = "\0";
  my $word = <STDIN>;
  # What was cut off is never run.
  return defined $word && chomp $word ? $word : undef;
}

sub put {
  my ($text, $at, $failed) = ($_[0], 0, 0);
  while ($at < length $text) {
    my $count = syswrite STDOUT, $text, length($text) - $at, $at;
    if (defined $count) { $at += $count; $failed = 0; next }
    exit 70 if $failed++ > 100;
    select undef, undef, undef, 0.05;
  }
}

sub now {
  local $/ = "\n";
  my ($file, $seconds);
  $seconds = <$file> if open $file, '<', '/proc/uptime';
  return 1000 * (defined $seconds && $seconds =~ /^(\d+\.\d+)/ ? $1 : time);
}

# The signal comes in `$seconds`; where this process was started with it blocked, whoever waits looks at the time himself.
sub after {
  my $seconds = $_[0];
  $due = now() + 1000 * $seconds + 500;
  alarm $seconds;
}

sub late {
  $late++;
  kill $late == 1 ? 'TERM' : 'KILL', -$pid if $pid;
  after($late == 1 ? 2 : 1);
}

sub probe {
  my ($name, $limit, $cap, $snippet) = @_;
  my ($began, $status) = (now(), undef);
  pipe(my $out, my $out_end) && pipe(my $err, my $err_end) or exit 70;
  $late = 0;
  $ENV{CTPAT_EPOCH} = time;
  $pid = fork;
  defined $pid or exit 70;
  if (!$pid) {
    setpgrp 0, 0;
    open STDIN, '<', '/dev/null';
    open STDOUT, '>&', $out_end;
    open STDERR, '>&', $err_end;
    exec { '/bin/sh' } '/bin/sh', '-c', $helpers . $snippet;
    exit 127;
  }
  setpgrp $pid, $pid;
  close $_ for $out_end, $err_end;
  after($limit);
  my ($complaints, $fresh, $left) = ('', 1, $cap);
  my ($reading, $hearing) = (1, 1);
  # The alarm ends the wait; where it comes a moment before the wait begins, the second does.
  while (($reading || $hearing) && $late < 3) {
    late() if now() > $due;
    my $ready = '';
    vec($ready, fileno $out, 1) = 1 if $reading;
    vec($ready, fileno $err, 1) = 1 if $hearing;
    next if select($ready, undef, undef, 1) <= 0;
    if ($reading && vec $ready, fileno $out, 1) {
      my $count = sysread $out, my $text, $left < 65536 ? $left : 65536;
      if ($count) {
        $text =~ tr/\0/\1/;
        my $ends = $text =~ /\n\z/;
        $text =~ s/\n(?=.)/\n|/gs;
        put($fresh ? "|$text" : $text);
        $fresh = $ends;
        $left -= $count;
      }
      # Behind the cap nobody reads: who goes on to write is told so by the kernel.
      if (defined $count && (!$count || !$left)) { close $out; $reading = 0 }
    }
    if ($hearing && vec $ready, fileno $err, 1) {
      my $count = sysread $err, my $text, 65536;
      $complaints .= $text if $count && length $complaints < 65536;
      if (defined $count && !$count) { close $err; $hearing = 0 }
    }
  }
  for (my $nap = 0.001; $late < 3 && waitpid($pid, 1) == 0; $nap *= 2) {
    late() if now() > $due;
    select undef, undef, undef, $nap < 0.5 ? $nap : 0.5;
  }
  $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
  alarm 0;
  $pid = 0;
  $complaints =~ tr/\0/\1/;
  my @lines = split /\n/, $complaints;
  my $said = join '', map { '!' . substr($_, 0, 190) . "\n" } @lines[0 .. ($#lines < 19 ? $#lines : 19)];
  my $took = int(now() - $began);
  $status = 124 if $late == 1;
  $status = 137 if $late > 1;
  put("\n$said\@$nonce E $name $status " . ($late < 3 ? 0 : 137) . " $took\n");
}
